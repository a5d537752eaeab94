//! kpol beside regorus, measured in turns, as a table of medians and ratios.
//!
//! kpol runs with all of its limits on, regorus without any. Arguments that are no options choose workloads.

use std::hint::black_box;
use std::io::{Write as _, stdout};
use std::time::Duration;

use kpol_benches::Result;
use kpol_benches::agree::agree;
use kpol_benches::kpol::Prepared;
use kpol_benches::measure::{Plan, Subject, human, medians};
use kpol_benches::regorus::{Interpreter, Machine};
use kpol_benches::workload::Workload;
use kpol_engine::CompileMode;

/// The most that 10,000 rules of which one matches may cost, as a multiple of one rule.
const MANY_RULES: f64 = 1.5;

/// What one workload took, in nanoseconds.
struct Row {
    workload: Workload,
    times: Vec<(&'static str, f64)>,
}

impl Row {
    fn time(&self, name: &str) -> Option<f64> {
        self.times
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, time)| *time)
    }
}

fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let mut rows = Vec::new();
    for workload in Workload::all() {
        if wanted.is_empty() || wanted.iter().any(|name| name == workload.name) {
            rows.push(measure(workload)?);
        }
    }
    let table = format!(
        "\nevaluate: a parsed input to an answer\n{}\nevaluate_text: the input's text to an answer\n{}{}",
        table(
            &rows,
            ["kpol", "kpol, fast mode", "regorus", "regorus VM"],
            true
        ),
        table(
            &rows,
            [
                "kpol text",
                "kpol, layout only",
                "regorus text",
                "regorus VM text"
            ],
            false
        ),
        many_rules(&rows),
    );
    Ok(stdout().lock().write_all(table.as_bytes())?)
}

fn measure(workload: Workload) -> Result<Row> {
    let mut kpol = Prepared::new(&workload, CompileMode::Optimized)?;
    let mut fast = Prepared::new(&workload, CompileMode::Fast)?;
    let mut text = Prepared::new(&workload, CompileMode::Optimized)?;
    let mut layout = Prepared::new(&workload, CompileMode::Optimized)?;
    let mut interpreter = Interpreter::new(&workload)?;
    let mut interpreter_text = Interpreter::new(&workload)?;
    let mut machine = Machine::new(&workload).ok();
    let mut machine_text = Machine::new(&workload).ok();
    agree(&mut kpol, &mut interpreter, machine.as_mut())?;

    let mut subjects = vec![
        Subject::new("kpol", || drop(black_box(kpol.evaluate()))),
        Subject::new("regorus", || drop(black_box(interpreter.evaluate()))),
        Subject::new("kpol, fast mode", || drop(black_box(fast.evaluate()))),
        Subject::new("kpol, layout only", || drop(black_box(layout.lay_out()))),
        Subject::new("kpol text", || drop(black_box(text.evaluate_text()))),
        Subject::new("regorus text", || {
            drop(black_box(interpreter_text.evaluate_text()))
        }),
    ];
    if let Some(machine) = &mut machine {
        subjects.push(Subject::new("regorus VM", || {
            drop(black_box(machine.evaluate()))
        }));
    }
    if let Some(machine) = &mut machine_text {
        subjects.push(Subject::new("regorus VM text", || {
            drop(black_box(machine.evaluate_text()))
        }));
    }
    // Where one run takes longer than a turn, fewer turns do.
    let started = std::time::Instant::now();
    drop(black_box(Interpreter::new(&workload)?.evaluate()));
    let slow = started.elapsed() > Duration::from_millis(300);
    let plan = Plan {
        turns: if slow { 7 } else { 15 },
        ..Plan::default()
    };
    let times = medians(plan, &mut subjects);
    drop(subjects);
    Ok(Row { workload, times })
}

fn table(rows: &[Row], columns: [&str; 4], with_wanted: bool) -> String {
    let [ours, second, interpreter, machine] = columns;
    let mut text = format!(
        "{:<20}{ours:>12}{second:>19}{interpreter:>14}{machine:>17}{:>14}{:>8}",
        "", "x regorus", "x VM"
    );
    text += if with_wanted { "  wanted\n" } else { "\n" };
    for row in rows {
        let time = |name| row.time(name).map_or_else(|| "-".to_owned(), human);
        text += &format!(
            "{:<20}{:>12}{:>19}{:>14}{:>17}{:>14}{:>8}",
            row.workload.name,
            time(ours),
            time(second),
            time(interpreter),
            time(machine),
            ratio(row, interpreter, ours),
            ratio(row, machine, ours),
        );
        if with_wanted {
            let met =
                quotient(row, interpreter, ours).is_some_and(|ratio| ratio >= row.workload.wanted);
            text += &format!(
                "  {:>4}x {}",
                row.workload.wanted,
                if met { "met" } else { "missed" }
            );
        }
        text.push('\n');
    }
    text
}

fn quotient(row: &Row, theirs: &str, ours: &str) -> Option<f64> {
    Some(row.time(theirs)? / row.time(ours)?)
}

fn ratio(row: &Row, theirs: &str, ours: &str) -> String {
    quotient(row, theirs, ours).map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.1}"))
}

fn many_rules(rows: &[Row]) -> String {
    let of = |name| {
        rows.iter()
            .find(|row| row.workload.name == name)?
            .time("kpol")
    };
    let (Some(many), Some(one)) = (of("ten_thousand_rules"), of("one_rule")) else {
        return String::new();
    };
    let ratio = many / one;
    format!(
        "\n10,000 rules of which one matches take {ratio:.2} times as long as one rule (wanted: at most {MANY_RULES}): {}\n",
        if ratio <= MANY_RULES { "met" } else { "missed" }
    )
}
