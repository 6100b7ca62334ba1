//! Learns the weights of the linear model: logistic regression by AdaGrad, one window of each attack, all of a benign text.
//!
//! An attack's document is mostly innocent: only its worst window under the current weights counts as an attack.
//! What the rules say stands as a fixed offset, so that the model learns what they leave over. Sources weigh the same
//! however many rows they have, up to a square root. Rows whose licence is not known to be permissive are left out.

use std::collections::BTreeMap;

use injection_detector::model::{Features, SIZE};

use super::rows::{Group, Row};

const EPOCHS: usize = 8;
const RATE: f32 = 0.25;
const DECAY: f32 = 0.002;
/// Together the benign rows weigh this much more than the attacks.
const BENIGN: f32 = 3.0;

/// What a paragraph counts beside its file.
const PARAGRAPH: f32 = 0.5;

/// Licences the weights may be learnt from.
const PERMISSIVE: &[&str] = &["MIT", "Apache", "BSD", "ISC", "Unicode", "CC0"];

/// The weights and the bias.
pub fn train(rows: &[&Row]) -> (Vec<f32>, f32) {
    let rows: Vec<&Row> = rows
        .iter()
        .copied()
        .filter(|row| {
            row.group != Group::Semantic
                && (!row.windows.is_empty() || !row.paragraphs.is_empty())
                && PERMISSIVE.iter().any(|name| row.licence.starts_with(name))
        })
        .collect();
    let worth = worth(&rows);
    let mut learner =
        Learner { weights: vec![0.0; SIZE], squares: vec![1e-3; SIZE], bias: -1.0, bias_square: 1e-3 };
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..EPOCHS {
        shuffle(&mut order, &mut random);
        for at in &order {
            learner.see(rows[*at], worth[*at]);
        }
    }
    (learner.weights, learner.bias)
}

/// What each row counts: sources by the square root of their size, attacks and benign rows in a fixed proportion.
#[allow(clippy::cast_precision_loss)]
fn worth(rows: &[&Row]) -> Vec<f32> {
    let mut sizes: BTreeMap<(bool, &str), f32> = BTreeMap::new();
    for row in rows {
        *sizes.entry((row.group.is_attack(), &row.source)).or_default() += 1.0;
    }
    let mut worth: Vec<f32> = rows
        .iter()
        .map(|row| {
            let size = sizes[&(row.group.is_attack(), row.source.as_str())];
            let kind = match row.group {
                Group::Prompt => 6.0,
                Group::Security => 0.3,
                _ => 1.0,
            };
            kind / size.sqrt()
        })
        .collect();
    for (attack, share) in [(true, 1.0), (false, BENIGN)] {
        let total: f32 = rows
            .iter()
            .zip(&worth)
            .filter(|(row, _)| row.group.is_attack() == attack)
            .map(|(_, worth)| worth)
            .sum();
        let factor = share * rows.len() as f32 / (1.0 + BENIGN) / total.max(1e-6);
        for (_, worth) in rows.iter().zip(&mut worth).filter(|(row, _)| row.group.is_attack() == attack) {
            *worth *= factor;
        }
    }
    worth
}

fn shuffle(order: &mut [usize], random: &mut u64) {
    for last in (1..order.len()).rev() {
        *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let chosen = usize::try_from(*random >> 33).unwrap_or(0) % (last + 1);
        order.swap(last, chosen);
    }
}

struct Learner {
    weights: Vec<f32>,
    squares: Vec<f32>,
    bias: f32,
    bias_square: f32,
}

impl Learner {
    fn see(&mut self, row: &Row, worth: f32) {
        for paragraph in &row.paragraphs {
            for window in paragraph {
                self.learn(window, 0.0, worth * PARAGRAPH);
            }
        }
        let worst = row.windows.iter().max_by(|one, other| self.margin(one).total_cmp(&self.margin(other)));
        let Some(worst) = worst else { return };
        if row.group.is_attack() {
            return self.learn(worst, 1.0, worth);
        }
        self.learn(worst, 0.0, worth);
        for window in row.windows.iter().filter(|window| !std::ptr::eq(*window, worst)) {
            if self.margin(window) > -5.0 {
                self.learn(window, 0.0, worth * 0.3);
            }
        }
    }

    fn margin(&self, window: &Features) -> f32 {
        window.margin(self.bias, |at| self.weights[at as usize])
    }

    fn learn(&mut self, window: &Features, label: f32, worth: f32) {
        let probability = 1.0 / (1.0 + (-self.margin(window)).exp());
        let slope = (probability - label) * worth;
        let length = window.length();
        for at in &window.words {
            self.step(*at as usize, slope * length);
        }
        for at in &window.facts {
            self.step(*at as usize, slope * Features::FACT);
        }
        self.bias_square += slope * slope;
        self.bias -= RATE * slope / self.bias_square.sqrt();
    }

    fn step(&mut self, at: usize, slope: f32) {
        let slope = slope + DECAY * self.weights[at];
        self.squares[at] += slope * slope;
        self.weights[at] -= RATE * slope / self.squares[at].sqrt();
    }
}
