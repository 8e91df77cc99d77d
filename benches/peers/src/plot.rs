//! Recall against cost, as an SVG image.

use std::fmt::Write;

use crate::contestant::Shown;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 620.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 352.0;

/// Eight colours that are told apart with any colour vision (Okabe and Ito 2008).
const COLOURS: [&str; 8] =
    ["#0072b2", "#56b4e9", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#000000", "#8c8c00"];

/// Recall@10 against CPU milliseconds a query, a point a row; the rows of one index are joined. The
/// axis of the cost is logarithmic, that of recall begins at the multiple of 0.1 below the lowest.
pub fn recall_against_cost(rows: &[Shown]) -> String {
    let lowest = rows.iter().map(|row| row.recall[0]).fold(1.0, f64::min);
    let lowest = ((lowest * 10.0).floor() / 10.0).clamp(0.0, 0.9);
    let costs = || rows.iter().map(|row| row.cpu_ms[0].max(1e-3));
    let cheapest = costs().fold(f64::INFINITY, f64::min).min(1e6);
    let dearest = costs().fold(0.0, f64::max).max(2.0 * cheapest);
    // The step above is the step below of the inverse, for 1, 2 and 5 are the inverses of 1, 5 and 2.
    let cheapest = step_below(cheapest).log10();
    let dearest = -step_below(1.0 / dearest).log10();
    let x =
        |ms: f64| LEFT + (RIGHT - LEFT) * (ms.max(1e-3).log10() - cheapest) / (dearest - cheapest);
    let y = |recall: f64| BOTTOM - (BOTTOM - TOP) * (recall - lowest) / (1.0 - lowest);

    let mut svg = Svg::new();
    svg.recall_axis(lowest, y);
    svg.cost_axis(cheapest, dearest, x);
    let mut names: Vec<String> = Vec::new();
    for row in rows {
        if !names.contains(&row.spec.index_name()) {
            names.push(row.spec.index_name());
        }
    }
    for (place, name) in names.iter().enumerate() {
        let of_name = rows.iter().filter(|row| row.spec.index_name() == *name);
        let mut points: Vec<_> =
            of_name.map(|row| (x(row.cpu_ms[0]), y(row.recall[0]), row.spec.to_string())).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        svg.curve(&points, COLOURS[place % COLOURS.len()]);
    }
    svg.finish()
}

/// The largest of 1, 2 and 5 times a power of ten that is not above `cost`.
fn step_below(cost: f64) -> f64 {
    let power = 10f64.powf(cost.log10().floor());
    let below = |step: &f64| step * power <= cost * (1.0 + 1e-9);
    [5.0, 2.0].into_iter().find(below).unwrap_or(1.0) * power
}

/// An image in the making.
struct Svg {
    text: String,
    /// Left end, right end and height of each name so far.
    names: Vec<(f64, f64, f64)>,
}

impl Svg {
    fn new() -> Self {
        let mut svg = Self { text: String::new(), names: Vec::new() };
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

    fn recall_axis(&mut self, lowest: f64, y: impl Fn(f64) -> f64) {
        let step = if lowest >= 0.7 { 0.05 } else { 0.1 };
        let num_steps = ((1.0 - lowest) / step).round() as usize;
        for tick in (0..=num_steps).map(|n| lowest + n as f64 * step) {
            let at = y(tick);
            self.line(format_args!(
                r##"<line x1="{LEFT}" x2="{RIGHT}" y1="{at:.1}" y2="{at:.1}" stroke="#dddddd"/>"##,
            ));
            self.text(LEFT - 6.0, at + 4.0, "end", &format!("{tick:.2}"));
        }
        self.text(LEFT, TOP - 10.0, "start", "recall@10");
    }

    fn cost_axis(&mut self, cheapest: f64, dearest: f64, x: impl Fn(f64) -> f64) {
        for power in cheapest.floor() as i32..=dearest.ceil() as i32 {
            for part in [1.0, 2.0, 5.0] {
                let cost = part * 10f64.powi(power);
                let at = x(cost);
                if (LEFT - 0.5..RIGHT + 0.5).contains(&at) {
                    self.line(format_args!(
                        r##"<line x1="{at:.1}" x2="{at:.1}" y1="{TOP}" y2="{BOTTOM}" stroke="#eeeeee"/>"##,
                    ));
                    self.text(at, BOTTOM + 18.0, "middle", &cost.to_string());
                }
            }
        }
        self.text((LEFT + RIGHT) / 2.0, HEIGHT - 12.0, "middle", "CPU ms per query");
    }

    fn curve(&mut self, points: &[(f64, f64, String)], colour: &str) {
        let path: Vec<_> = points.iter().map(|(x, y, _)| format!("{x:.1},{y:.1}")).collect();
        self.line(format_args!(
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#,
            path.join(" "),
        ));
        for (x, y, _) in points {
            self.line(format_args!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="4" fill="{colour}"/>"#));
        }
        for (x, y, name) in points {
            self.name(*x, *y, name);
        }
    }

    /// Names stand on the side that has room, above or below where another one is in the way.
    fn name(&mut self, x: f64, y: f64, name: &str) {
        let width = 6.5 * name.len() as f64;
        let (at, anchor, left) = if x > (LEFT + RIGHT) / 2.0 {
            (x - 8.0, "end", x - 8.0 - width)
        } else {
            (x + 8.0, "start", x + 8.0)
        };
        let heights = (0..20).flat_map(|n| [14.0 * f64::from(n), -14.0 * f64::from(n)]);
        let free = |height: &f64| {
            let apart = |&(from, to, taken): &(f64, f64, f64)| {
                left > to || left + width < from || (taken - height).abs() >= 13.0
            };
            (TOP..BOTTOM).contains(height) && self.names.iter().all(apart)
        };
        let height = heights.map(|by| y + 4.0 + by).find(free).unwrap_or(y);
        self.names.push((left, left + width, height));
        self.text(at, height, anchor, name);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_1_2_and_5() {
        for (cost, step) in [(0.7, 0.5), (1.0, 1.0), (4.9, 2.0), (5.0, 5.0), (1_123.0, 1_000.0)] {
            assert!((step_below(cost) / step - 1.0).abs() < 1e-6, "{cost}");
        }
    }
}
