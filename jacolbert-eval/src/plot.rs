//! Plots as SVG: recall curves of several runs, and the wins and losses of one against another.

use std::fmt::Write;

use crate::error::Difference;
use crate::metric::Cutoff;
use crate::{Error, Metric, Report};

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 620.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 352.0;

/// Eight colours that are told apart with any colour vision (Okabe and Ito 2008).
const COLOURS: [&str; 8] =
    ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c8c00"];

/// An SVG image of recall at each cutoff, one line per run.
///
/// The points are the metrics `recall@k` of the reports, so several of them should be evaluated,
/// such as `recall@1,recall@5,recall@10,recall@50,recall@100`. The axis of `k` is logarithmic.
///
/// # Errors
///
/// Reports without a `recall@k`.
pub fn recall_curves(reports: &[Report]) -> Result<String, Error> {
    let curves: Vec<_> = reports.iter().map(curve).collect::<Result<_, _>>()?;
    let largest = curves.iter().flatten().map(|&(k, _)| k).fold(2.0, f64::max);
    let x = |k: f64| LEFT + (RIGHT - LEFT) * k.ln() / largest.ln();
    let y = |recall: f64| BOTTOM - (BOTTOM - TOP) * recall;

    let mut svg = Svg::new();
    svg.draw_value_axis("recall", &[0.0, 0.25, 0.5, 0.75, 1.0], y);
    svg.draw_cutoff_axis(curves.first().map_or(&[], Vec::as_slice), x);
    for (position, (report, curve)) in reports.iter().zip(&curves).enumerate() {
        let colour = COLOURS[position % COLOURS.len()];
        let points: Vec<_> = curve.iter().map(|&(k, recall)| (x(k), y(recall))).collect();
        svg.draw_curve(&points, colour);
        // Above the lower right corner, which recall curves leave free.
        svg.draw_legend(BOTTOM - 12.0 - 16.0 * position as f64, report.run(), colour);
    }
    Ok(svg.finish())
}

/// An SVG image of what the first run gains over the second, per query, from the greatest win to the
/// greatest loss.
///
/// # Errors
///
/// A metric that was not evaluated, or reports over different queries.
pub fn wins_and_losses(first: &Report, second: &Report, metric: Metric) -> Result<String, Error> {
    if first.queries() != second.queries() {
        return Err(Error::Incomparable {
            first: first.run().to_owned(),
            second: second.run().to_owned(),
            difference: Difference::Queries,
        });
    }
    let pairs = first.values(metric)?.iter().zip(second.values(metric)?);
    let mut gains: Vec<_> = pairs.map(|(a, b)| a - b).collect();
    gains.sort_unstable_by(|a, b| b.total_cmp(a));

    let y = |gain: f64| (TOP + BOTTOM) / 2.0 - (BOTTOM - TOP) / 2.0 * gain;
    let mut svg = Svg::new();
    svg.draw_value_axis(&metric.to_string(), &[-1.0, -0.5, 0.0, 0.5, 1.0], y);
    svg.draw_bars(&gains, y);
    svg.draw_text((LEFT + RIGHT) / 2.0, HEIGHT - 12.0, "middle", &summary(first, second, &gains));
    Ok(svg.finish())
}

/// An SVG image of lines through points, such as a loss over the steps of a training.
///
/// `axes` are the names of the x and the y axis. Each of `lines` has a name and points `(x, y)`;
/// points that are not finite are skipped.
///
/// ```
/// use jacolbert_eval::line_plot;
///
/// let svg = line_plot(["step", "loss"], &[("training", &[(1.0, 0.9), (2.0, 0.7)])]);
/// assert!(svg.starts_with("<svg"));
/// ```
pub fn line_plot(axes: [&str; 2], lines: &[(&str, &[(f64, f64)])]) -> String {
    let is_drawn = |point: &&(f64, f64)| point.0.is_finite() && point.1.is_finite();
    let all = || lines.iter().flat_map(|(_, points)| points.iter()).filter(is_drawn);
    let [x_range, y_range] = [Range::of(all().map(|&(x, _)| x)), Range::of(all().map(|&(_, y)| y))];
    let x = |value: f64| LEFT + (RIGHT - LEFT) * x_range.share(value);
    let y = |value: f64| BOTTOM - (BOTTOM - TOP) * y_range.share(value);

    let mut svg = Svg::new();
    svg.draw_value_axis(axes[1], &y_range.ticks(), y);
    for tick in x_range.ticks() {
        svg.draw_text(x(tick), BOTTOM + 18.0, "middle", &tick.to_string());
    }
    svg.draw_text((LEFT + RIGHT) / 2.0, HEIGHT - 12.0, "middle", axes[0]);
    for (position, (name, points)) in lines.iter().enumerate() {
        let colour = COLOURS[position % COLOURS.len()];
        let points: Vec<_> = points.iter().filter(is_drawn).map(|&(a, b)| (x(a), y(b))).collect();
        svg.draw_line(&points, colour);
        svg.draw_legend(TOP + 12.0 + 16.0 * position as f64, name, colour);
    }
    svg.finish()
}

/// The range of an axis.
struct Range {
    least: f64,
    most: f64,
    step: f64,
}

impl Range {
    /// The range between two round numbers that holds all values; 0 to 1 if there are none.
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut least = f64::INFINITY;
        let mut most = f64::NEG_INFINITY;
        for value in values {
            least = least.min(value);
            most = most.max(value);
        }
        if least > most {
            return Self { least: 0.0, most: 1.0, step: 0.25 };
        }
        let wide = (most - least).max(f64::MIN_POSITIVE.sqrt()).max(least.abs() * 1e-9);
        let magnitude = 10f64.powf((wide / 4.0).log10().floor());
        let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|step| step * magnitude);
        let step = steps.into_iter().find(|step| step * 4.0 >= wide).unwrap_or(wide);
        let round = |value: f64| (value / step).round() * step;
        let below = (least / step).floor() * step;
        let above = (most / step).ceil() * step;
        Self { least: round(below), most: round(above.max(below + step)), step }
    }

    fn share(&self, value: f64) -> f64 {
        (value - self.least) / (self.most - self.least)
    }

    fn ticks(&self) -> Vec<f64> {
        let num_steps = ((self.most - self.least) / self.step).round() as usize;
        // Rounded, because the last digits of a multiple of the step are not exact.
        let tick = |n: usize| self.least + n as f64 * self.step;
        (0..=num_steps).map(|n| (tick(n) / self.step * 1e3).round() * self.step / 1e3).collect()
    }
}

/// Cutoffs and means, ascending.
fn curve(report: &Report) -> Result<Vec<(f64, f64)>, Error> {
    let mut points: Vec<_> = report
        .means()
        .filter_map(|(metric, mean)| match metric {
            Metric::Recall(Cutoff::At(k)) => Some((k.get() as f64, mean)),
            _ => None,
        })
        .collect();
    if points.is_empty() {
        let metric = Metric::Recall(Cutoff::at(10));
        return Err(Error::MissingMetric { run: report.run().to_owned(), metric });
    }
    points.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    Ok(points)
}

fn summary(first: &Report, second: &Report, gains: &[f64]) -> String {
    let num_wins = gains.iter().filter(|&&gain| gain > 0.0).count();
    let num_losses = gains.iter().filter(|&&gain| gain < 0.0).count();
    let num_ties = gains.len() - num_wins - num_losses;
    format!(
        "{} against {}: {num_wins} won, {num_ties} even, {num_losses} lost",
        first.run(),
        second.run(),
    )
}

/// An unfinished SVG image.
struct Svg {
    text: String,
}

impl Svg {
    fn new() -> Self {
        let mut svg = Self { text: String::new() };
        svg.push_line(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">"#,
        ));
        svg.push_line(format_args!(r#"<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>"#));
        svg
    }

    fn finish(mut self) -> String {
        self.push_line(format_args!("</svg>"));
        self.text
    }

    fn draw_value_axis(&mut self, name: &str, ticks: &[f64], y: impl Fn(f64) -> f64) {
        for &tick in ticks {
            let y = y(tick);
            self.push_line(format_args!(
                r##"<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1}" y2="{y:.1}" stroke="#dddddd"/>"##,
            ));
            self.draw_text(LEFT - 6.0, y + 4.0, "end", &tick.to_string());
        }
        self.draw_text(LEFT, TOP - 6.0, "start", name);
    }

    fn draw_cutoff_axis(&mut self, points: &[(f64, f64)], x: impl Fn(f64) -> f64) {
        for &(k, _) in points {
            self.draw_text(x(k), BOTTOM + 18.0, "middle", &k.to_string());
        }
        self.draw_text((LEFT + RIGHT) / 2.0, HEIGHT - 12.0, "middle", "k");
    }

    fn draw_curve(&mut self, points: &[(f64, f64)], colour: &str) {
        self.draw_line(points, colour);
        for (x, y) in points {
            self.push_line(format_args!(
                r#"<circle cx="{x:.1}" cy="{y:.1}" r="3" fill="{colour}"/>"#
            ));
        }
    }

    fn draw_line(&mut self, points: &[(f64, f64)], colour: &str) {
        let path: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        self.push_line(format_args!(
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#,
            path.join(" "),
        ));
    }

    fn draw_legend(&mut self, y: f64, name: &str, colour: &str) {
        let x = RIGHT - 8.0;
        self.push_line(format_args!(r#"<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>"#));
        self.draw_text(x - 8.0, y + 4.0, "end", name);
    }

    fn draw_bars(&mut self, gains: &[f64], y: impl Fn(f64) -> f64) {
        let width = (RIGHT - LEFT) / gains.len() as f64;
        for (position, &gain) in gains.iter().enumerate() {
            let x = LEFT + width * position as f64;
            let top = y(gain.max(0.0));
            let bottom = y(gain.min(0.0));
            let colour = if gain > 0.0 { COLOURS[0] } else { COLOURS[1] };
            self.push_line(format_args!(
                r#"<rect x="{x:.2}" y="{top:.2}" width="{width:.2}" height="{:.2}" fill="{colour}" shape-rendering="crispEdges"/>"#,
                bottom - top,
            ));
        }
    }

    fn draw_text(&mut self, x: f64, y: f64, anchor: &str, text: &str) {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        self.push_line(format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#
        ));
    }

    fn push_line(&mut self, line: std::fmt::Arguments<'_>) {
        // A write to a string cannot fail.
        let _ = writeln!(self.text, "{line}");
    }
}
