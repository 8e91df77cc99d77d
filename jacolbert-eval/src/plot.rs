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

/// Recall at each cutoff, a line a run: an SVG image.
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
    svg.value_axis("recall", &[0.0, 0.25, 0.5, 0.75, 1.0], y);
    svg.cutoff_axis(curves.first().map_or(&[], Vec::as_slice), x);
    for (place, (report, curve)) in reports.iter().zip(&curves).enumerate() {
        let colour = COLOURS[place % COLOURS.len()];
        let points: Vec<_> = curve.iter().map(|&(k, recall)| (x(k), y(recall))).collect();
        svg.curve(&points, colour);
        svg.legend(place, report.run(), colour);
    }
    Ok(svg.finish())
}

/// What the first run gains over the second, query by query from the greatest win to the greatest
/// loss: an SVG image.
///
/// # Errors
///
/// A metric that was not evaluated, or reports over different queries.
pub fn wins_and_losses(first: &Report, second: &Report, metric: Metric) -> Result<String, Error> {
    if first.queries() != second.queries() {
        let (first, second) = (first.run().to_owned(), second.run().to_owned());
        return Err(Error::Incomparable { first, second, difference: Difference::Queries });
    }
    let pairs = first.values(metric)?.iter().zip(second.values(metric)?);
    let mut gains: Vec<_> = pairs.map(|(a, b)| a - b).collect();
    gains.sort_unstable_by(|a, b| b.total_cmp(a));

    let y = |gain: f64| (TOP + BOTTOM) / 2.0 - (BOTTOM - TOP) / 2.0 * gain;
    let mut svg = Svg::new();
    svg.value_axis(&metric.to_string(), &[-1.0, -0.5, 0.0, 0.5, 1.0], y);
    svg.bars(&gains, y);
    svg.text((LEFT + RIGHT) / 2.0, HEIGHT - 12.0, "middle", &wins_in_words(first, second, &gains));
    Ok(svg.finish())
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
        let (run, metric) = (report.run().to_owned(), Metric::Recall(Cutoff::at(10)));
        return Err(Error::MissingMetric { run, metric });
    }
    points.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    Ok(points)
}

fn wins_in_words(first: &Report, second: &Report, gains: &[f64]) -> String {
    let num_wins = gains.iter().filter(|&&gain| gain > 0.0).count();
    let num_losses = gains.iter().filter(|&&gain| gain < 0.0).count();
    let num_ties = gains.len() - num_wins - num_losses;
    let (first, second) = (first.run(), second.run());
    format!("{first} against {second}: {num_wins} won, {num_ties} even, {num_losses} lost")
}

/// An image in the making.
struct Svg {
    text: String,
}

impl Svg {
    fn new() -> Self {
        let mut svg = Self { text: String::new() };
        svg.line(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">"#,
        ));
        svg.line(format_args!(r#"<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>"#));
        svg
    }

    fn finish(mut self) -> String {
        self.line(format_args!("</svg>"));
        self.text
    }

    fn value_axis(&mut self, name: &str, ticks: &[f64], y: impl Fn(f64) -> f64) {
        for &tick in ticks {
            let y = y(tick);
            self.line(format_args!(
                r##"<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1}" y2="{y:.1}" stroke="#dddddd"/>"##,
            ));
            self.text(LEFT - 6.0, y + 4.0, "end", &tick.to_string());
        }
        self.text(LEFT, TOP - 6.0, "start", name);
    }

    fn cutoff_axis(&mut self, points: &[(f64, f64)], x: impl Fn(f64) -> f64) {
        for &(k, _) in points {
            self.text(x(k), BOTTOM + 18.0, "middle", &k.to_string());
        }
        self.text((LEFT + RIGHT) / 2.0, HEIGHT - 12.0, "middle", "k");
    }

    fn curve(&mut self, points: &[(f64, f64)], colour: &str) {
        let path: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        self.line(format_args!(
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#,
            path.join(" "),
        ));
        for (x, y) in points {
            self.line(format_args!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="3" fill="{colour}"/>"#));
        }
    }

    /// Names stand above the lower right corner, where recall curves leave room.
    fn legend(&mut self, place: usize, name: &str, colour: &str) {
        let y = BOTTOM - 12.0 - 16.0 * place as f64;
        let x = RIGHT - 8.0;
        self.line(format_args!(r#"<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>"#));
        self.text(x - 8.0, y + 4.0, "end", name);
    }

    fn bars(&mut self, gains: &[f64], y: impl Fn(f64) -> f64) {
        let width = (RIGHT - LEFT) / gains.len() as f64;
        for (place, &gain) in gains.iter().enumerate() {
            let x = LEFT + width * place as f64;
            let (top, bottom) = (y(gain.max(0.0)), y(gain.min(0.0)));
            let colour = if gain > 0.0 { COLOURS[0] } else { COLOURS[1] };
            self.line(format_args!(
                r#"<rect x="{x:.2}" y="{top:.2}" width="{width:.2}" height="{:.2}" fill="{colour}" shape-rendering="crispEdges"/>"#,
                bottom - top,
            ));
        }
    }

    fn text(&mut self, x: f64, y: f64, anchor: &str, text: &str) {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        self.line(format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#
        ));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // A write to a string cannot fail.
        let _ = writeln!(self.text, "{line}");
    }
}
