//! kpol beside regorus, measured in turns, as a table of medians and ratios.
//!
//! Arguments: names of workloads, for fewer than all.
//!
//! kpol runs with all of its limits on, regorus without any.

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

    /// kpol's evaluation over an input that is laid out, as regorus' input is in its own form.
    fn rules(&self) -> Option<f64> {
        self.time("kpol, laid out")
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
    let report = format!(
        "{}{}{}",
        evaluate(&rows),
        evaluate_text(&rows),
        many_rules(&rows)
    );
    Ok(stdout().lock().write_all(report.as_bytes())?)
}

fn measure(workload: Workload) -> Result<Row> {
    let mut kpol = Prepared::new(&workload, CompileMode::Optimized)?;
    let mut fast = Prepared::new(&workload, CompileMode::Fast)?;
    let mut ready = Prepared::new(&workload, CompileMode::Optimized)?;
    ready.lay_out()?;
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
        Subject::new("kpol, laid out", || {
            drop(black_box(ready.evaluate_laid_out()))
        }),
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

/// From a parsed input to an answer.
///
/// regorus' parsed input is in the form that its rules read. kpol's is in that form once it is laid out in memory, so
/// what is wanted is the ratio of evaluations over it (`x rules`, measured by themselves); `x all` counts the layout of
/// a parsed document in.
fn evaluate(rows: &[Row]) -> String {
    let mut text = format!(
        "\nevaluate: a parsed input to an answer\n{:<20}{:>11}{:>11}{:>11}{:>11}{:>12}{:>11}{:>8}{:>11}\n",
        "", "kpol", "fast mode", "layout", "rules", "regorus", "VM", "x all", "x rules"
    );
    for row in rows {
        let (whole, rules, theirs) = (row.time("kpol"), row.rules(), row.time("regorus"));
        let met = quotient(theirs, rules).is_some_and(|ratio| ratio >= row.workload.wanted);
        text += &format!(
            "{:<20}{:>11}{:>11}{:>11}{:>11}{:>12}{:>11}{:>8}{:>11}  wanted {:>2}: {}\n",
            row.workload.name,
            shown(whole),
            shown(row.time("kpol, fast mode")),
            shown(row.time("kpol, layout only")),
            shown(rules),
            shown(theirs),
            shown(row.time("regorus VM")),
            ratio(theirs, whole),
            ratio(theirs, rules),
            row.workload.wanted,
            if met { "met" } else { "missed" },
        );
    }
    text
}

/// From the input's text to an answer.
fn evaluate_text(rows: &[Row]) -> String {
    let mut text = format!(
        "\nevaluate_text: the input's text to an answer\n{:<20}{:>11}{:>12}{:>11}{:>11}{:>8}\n",
        "", "kpol", "regorus", "VM", "x regorus", "x VM"
    );
    for row in rows {
        let times = ["kpol text", "regorus text", "regorus VM text"].map(|name| row.time(name));
        let [ours, interpreter, machine] = times;
        text += &format!(
            "{:<20}{:>11}{:>12}{:>11}{:>11}{:>8}\n",
            row.workload.name,
            shown(ours),
            shown(interpreter),
            shown(machine),
            ratio(interpreter, ours),
            ratio(machine, ours),
        );
    }
    text
}

fn shown(time: Option<f64>) -> String {
    time.map_or_else(|| "-".to_owned(), human)
}

fn quotient(theirs: Option<f64>, ours: Option<f64>) -> Option<f64> {
    Some(theirs? / ours?)
}

fn ratio(theirs: Option<f64>, ours: Option<f64>) -> String {
    quotient(theirs, ours).map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.1}"))
}

fn many_rules(rows: &[Row]) -> String {
    let row = |name| rows.iter().find(|row| row.workload.name == name);
    let (Some(many), Some(one)) = (row("ten_thousand_rules"), row("one_rule")) else {
        return String::new();
    };
    let whole = quotient(many.time("kpol"), one.time("kpol")).unwrap_or_default();
    let rules = quotient(many.rules(), one.rules()).unwrap_or_default();
    format!(
        "\n10,000 rules of which one matches take {whole:.2} times as long as one rule, {rules:.2} times without the \
         layout (wanted: at most {MANY_RULES}): {}\n",
        if whole.max(rules) <= MANY_RULES {
            "met"
        } else {
            "missed"
        }
    )
}
