//! The server as a process of its own, which can be killed.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::ensure;
use jacolbert_server::Server;

use crate::client::Client;

/// Time in which a server must be ready.
const LONGEST_START: Duration = Duration::from_secs(60);

/// A server process over a folder.
pub(crate) struct Served {
    folder: PathBuf,
    address: SocketAddr,
    child: Child,
}

/// Serves the folder until the process is told to stop.
pub(crate) fn serve(folder: &Path, address: SocketAddr) -> anyhow::Result<()> {
    Ok(Server::new().folder("load", folder).address(address).run()?)
}

impl Served {
    /// Starts a server at a free port of this machine.
    pub(crate) fn start(folder: &Path) -> anyhow::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        Self::start_at(folder.into(), address)
    }

    fn start_at(folder: PathBuf, address: SocketAddr) -> anyhow::Result<Self> {
        let program = std::env::current_exe()?;
        let child =
            Command::new(program).arg("serve").arg(&folder).arg(address.to_string()).spawn()?;
        let served = Self { folder, address, child };
        let client = Client::new(address);
        let start = Instant::now();
        while !client.is_ready() {
            ensure!(start.elapsed() < LONGEST_START, "the server does not start");
            sleep(Duration::from_millis(20));
        }
        Ok(served)
    }

    /// Kills the process as it is, with SIGKILL, and starts another one at the same place.
    pub(crate) fn kill_and_restart(mut self) -> anyhow::Result<Self> {
        self.child.kill()?;
        self.child.wait()?;
        Self::start_at(self.folder, self.address)
    }

    /// Tells the process to stop, and checks that it does so without an error.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        let told = Command::new("kill").arg(self.id().to_string()).status()?;
        ensure!(told.success(), "the server could not be told to stop");
        let status = self.child.wait()?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}
