//! A stopwatch for comparisons.
//!
//! The subjects take turns: what slows the machine down for a moment slows all of them, and the median leaves out
//! the turns that it hit.

use std::time::{Duration, Instant};

/// Something to be measured.
pub struct Subject<'a> {
    name: &'static str,
    run: Box<dyn FnMut() + 'a>,
}

impl std::fmt::Debug for Subject<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl<'a> Subject<'a> {
    /// A subject whose `run` does the work once.
    pub fn new(name: &'static str, run: impl FnMut() + 'a) -> Subject<'a> {
        Subject {
            name,
            run: Box::new(run),
        }
    }

    fn time(&mut self, times: u32) -> Duration {
        let started = Instant::now();
        for _ in 0..times {
            (self.run)();
        }
        started.elapsed()
    }

    /// How many runs fill a turn, at least one. Warms up.
    fn calibrate(&mut self, turn: Duration) -> u32 {
        let mut times = 1;
        loop {
            let took = self.time(times);
            if took >= turn / 2 || times >= 1 << 24 {
                let fit = f64::from(times) * turn.as_secs_f64() / took.as_secs_f64().max(1e-9);
                return (fit as u32).max(1);
            }
            times *= 2;
        }
    }
}

/// How the measuring is done.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How often each subject has its turn.
    pub turns: usize,
    /// How long a turn takes, about.
    pub turn: Duration,
}

impl Default for Plan {
    fn default() -> Self {
        Plan {
            turns: 15,
            turn: Duration::from_millis(30),
        }
    }
}

/// The time of one run of each subject, the median of its turns, in nanoseconds.
#[must_use]
pub fn medians(plan: Plan, subjects: &mut [Subject<'_>]) -> Vec<(&'static str, f64)> {
    let times: Vec<u32> = subjects
        .iter_mut()
        .map(|s| s.calibrate(plan.turn))
        .collect();
    let mut samples = vec![Vec::with_capacity(plan.turns); subjects.len()];
    for _ in 0..plan.turns {
        for ((subject, times), samples) in subjects.iter_mut().zip(&times).zip(&mut samples) {
            samples.push(subject.time(*times).as_secs_f64() * 1e9 / f64::from(*times));
        }
    }
    subjects
        .iter()
        .zip(samples)
        .map(|(subject, samples)| (subject.name, median(samples)))
        .collect()
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    let middle = samples.len() / 2;
    match (
        samples.get(middle),
        samples.get(samples.len().wrapping_sub(1) / 2),
    ) {
        (Some(high), Some(low)) => f64::midpoint(*high, *low),
        _ => 0.0,
    }
}

/// A time as people read it.
#[must_use]
pub fn human(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{:.2} µs", n / 1e3),
        n if n < 1e9 => format!("{:.2} ms", n / 1e6),
        n => format!("{:.2} s", n / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::{human, median};

    #[test]
    fn median_of_even_and_odd() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(vec![4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
        assert!(median(Vec::new()).abs() < 1e-9);
    }

    #[test]
    fn units() {
        let texts = [12.0, 1_500.0, 2_500_000.0, 3e9].map(human);
        assert_eq!(texts, ["12 ns", "1.50 µs", "2.50 ms", "3.00 s"]);
    }
}
