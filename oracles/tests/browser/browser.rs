//! Headless Chromium, driven through WebDriver.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::sleep;

/// The longest time in which a page must show something.
const LONGEST: Duration = Duration::from_secs(30);
/// The programs by the names that systems give them.
const DRIVERS: [&str; 2] = ["chromedriver", "chromium-driver"];
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// The driver, which ends with this value.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    program: &'static str,
    profile: TempDir,
}

/// A page of the browser.
#[derive(Clone)]
pub(crate) struct Page(Client);

impl Browser {
    /// Starts the driver; none if it or the browser is missing.
    pub(crate) fn start() -> anyhow::Result<Option<Self>> {
        let Some(program) = BROWSERS.into_iter().find(|program| path_of(program).is_some()) else {
            return Ok(None);
        };
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let profile = tempfile::tempdir()?;
        for name in DRIVERS {
            let mut command = Command::new(name);
            command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
            match command.spawn() {
                Ok(driver) => return Ok(Some(Self { driver, port, program, profile })),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    /// Opens a page, as soon as the driver is ready.
    pub(crate) async fn open(&self) -> anyhow::Result<Page> {
        let profile = format!("--user-data-dir={}", self.profile.path().display());
        let flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--lang=ja",
            &profile,
        ];
        let options =
            json!({ "args": flags, "binary": path_of(self.program).context("the browser")? });
        let capabilities = [("goog:chromeOptions".to_owned(), options)].into_iter().collect();
        let address = format!("http://127.0.0.1:{}", self.port);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let mut attempts = 0;
        loop {
            match builder.connect(&address).await {
                Ok(client) => return Ok(Page(client)),
                Err(error) if attempts == 100 => return Err(error.into()),
                Err(_) => attempts += 1,
            }
            sleep(Duration::from_millis(100)).await;
        }
    }
}

/// The driver ends, and with it the browser.
impl Drop for Browser {
    fn drop(&mut self) {
        // One of them may have ended by itself.
        let _killed = self.driver.kill();
        let _ended = self.driver.wait();
    }
}

/// Where a program lies in the path of this process.
fn path_of(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}

impl Page {
    pub(crate) async fn goto(&self, address: &str) -> anyhow::Result<()> {
        Ok(self.0.goto(address).await?)
    }

    pub(crate) async fn address(&self) -> anyhow::Result<String> {
        Ok(self.0.current_url().await?.to_string())
    }

    pub(crate) async fn resize(&self, width: u32, height: u32) -> anyhow::Result<()> {
        Ok(self.0.set_window_size(width, height).await?)
    }

    pub(crate) async fn type_into(&self, selector: &str, keys: &str) -> anyhow::Result<()> {
        Ok(self.0.find(Locator::Css(selector)).await?.send_keys(keys).await?)
    }

    pub(crate) async fn click(&self, selector: &str) -> anyhow::Result<()> {
        Ok(self.0.find(Locator::Css(selector)).await?.click().await?)
    }

    /// All text of an element, as it stands in the page.
    pub(crate) async fn text(&self, selector: &str) -> anyhow::Result<String> {
        let script = "return document.querySelector(arguments[0]).textContent";
        Ok(self.run(script, json!([selector])).await?.as_str().context("a text")?.to_owned())
    }

    /// What a script returns.
    pub(crate) async fn run(&self, script: &str, arguments: Value) -> anyhow::Result<Value> {
        let arguments = arguments.as_array().context("a list")?.clone();
        Ok(self.0.execute(script, arguments).await?)
    }

    pub(crate) async fn wait_for(&self, selector: &str) -> anyhow::Result<()> {
        let found = self.0.wait().at_most(LONGEST).for_element(Locator::Css(selector)).await;
        found.map(drop).with_context(|| format!("{selector} does not appear"))
    }

    /// Waits until a script returns true.
    pub(crate) async fn wait_until(&self, script: &str) -> anyhow::Result<()> {
        let mut waited = Duration::ZERO;
        while self.run(script, json!([])).await? != true {
            anyhow::ensure!(waited < LONGEST, "never true: {script}");
            sleep(Duration::from_millis(50)).await;
            waited += Duration::from_millis(50);
        }
        Ok(())
    }

    pub(crate) async fn close(self) -> anyhow::Result<()> {
        Ok(self.0.close().await?)
    }
}
