//! The real sets: kpol beside regorus and OPA, one policy after the other, as medians and ratios.
//!
//! Arguments: names of sets, for fewer than all; `-v` for a line for each policy.
//!
//! Each side evaluates the same inputs from parsed ones, kpol with all of its limits on. OPA runs in a process of its
//! own, on the same policy right after the others. A peer that refuses a policy, or answers differently, is left out
//! for that policy and counted.

use std::hint::black_box;
use std::io::{Write as _, stdout};
use std::time::Duration;

use kpol_benches::Result;
use kpol_benches::kpol::{Prepared, engine};
use kpol_benches::measure::{Plan, Subject, human, medians};
use kpol_benches::opa::Opa;
use kpol_benches::real::{self, SETS, Unit};
use kpol_benches::regorus::{Interpreter, Machine};
use kpol_benches::workload::{PATH, Workload};
use kpol_engine::{CompileMode, Engine};
use serde_json::Value;

const PLAN: Plan = Plan {
    turns: 5,
    turn: Duration::from_millis(4),
};
const PEERS: [&str; 3] = ["regorus", "VM", "OPA"];

/// What one policy took with all of its inputs, in nanoseconds.
struct Row {
    unit: Unit,
    /// From parsed inputs.
    whole: f64,
    /// From inputs that are laid out.
    rules: f64,
    /// Each peer's time, or why there is none.
    peers: [std::result::Result<f64, String>; 3],
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let verbose = args.iter().any(|arg| arg == "-v");
    let wanted: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    let mut opa = Opa::start()?;
    let mut out = stdout().lock();
    if opa.is_none() {
        writeln!(out, "there is no Go: OPA is left out")?;
    }
    let engine = engine(CompileMode::Optimized, None)?;
    let sets = std::iter::once("workloads").chain(SETS);
    for set in sets.filter(|set| wanted.is_empty() || wanted.iter().any(|name| name == set)) {
        let units = if set == "workloads" {
            workloads()
        } else {
            real::units(set)?
        };
        if units.is_empty() {
            writeln!(out, "{set}: not there")?;
            continue;
        }
        let mut rows = Vec::new();
        for unit in units {
            let name = unit.name.clone();
            match measure(unit, &engine, opa.as_mut()) {
                Ok(row) => {
                    if verbose {
                        line(&mut out, &row)?;
                    }
                    rows.push(row);
                }
                Err(error) => writeln!(out, "{set}/{name}: kpol: {}", first(&error.to_string()))?,
            }
        }
        summary(&mut out, set, &rows)?;
    }
    Ok(())
}

/// The six workloads of the other benches, against OPA as well.
fn workloads() -> Vec<Unit> {
    Workload::all()
        .into_iter()
        .map(|workload| Unit {
            set: "workloads",
            name: workload.name.to_owned(),
            modules: vec![real::Module {
                name: "policy.rego".to_owned(),
                text: workload.policy,
                v0: false,
            }],
            path: PATH.map(str::to_owned).to_vec(),
            data: "{}".to_owned(),
            inputs: vec![workload.input],
        })
        .collect()
}

fn measure(unit: Unit, engine: &Engine, opa: Option<&mut Opa>) -> Result<Row> {
    let mut kpol = Prepared::all(engine, &unit)?;
    let mut ready = Prepared::all(engine, &unit)?;
    let values = kpol
        .iter_mut()
        .map(|kpol| Ok(parse(kpol.evaluate()?.json()?.as_deref())?))
        .collect::<Result<Vec<Value>>>()?;
    for kpol in &mut ready {
        kpol.lay_out()?;
    }
    let mut interpreters = Interpreter::all(&unit)
        .map_err(|error| error.to_string())
        .and_then(|mut all| {
            let theirs = all.iter_mut().map(|one| shown(one.evaluate()));
            same(&values, theirs.collect())?;
            Ok(all)
        });
    let mut machines = Machine::all(&unit)
        .map_err(|error| error.to_string())
        .and_then(|mut all| {
            let theirs = all.iter_mut().map(|one| shown(one.evaluate()));
            same(&values, theirs.collect())?;
            Ok(all)
        });
    let mut subjects = vec![
        Subject::new("kpol", || {
            for one in &mut kpol {
                let _ = black_box(one.evaluate());
            }
        }),
        Subject::new("rules", || {
            for one in &mut ready {
                let _ = black_box(one.evaluate_laid_out());
            }
        }),
    ];
    if let Ok(all) = &mut interpreters {
        subjects.push(Subject::new("regorus", || {
            for one in &mut *all {
                let _ = black_box(one.evaluate());
            }
        }));
    }
    if let Ok(all) = &mut machines {
        subjects.push(Subject::new("VM", || {
            for one in &mut *all {
                let _ = black_box(one.evaluate());
            }
        }));
    }
    let times = medians(PLAN, &mut subjects);
    drop(subjects);
    let time = |name| {
        times
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, time)| *time)
    };
    let missing = || "not measured".to_owned();
    let opa = match opa {
        None => Err("there is no Go".to_owned()),
        Some(opa) => opa
            .measure(&unit, PLAN)
            .map_err(|error| error.to_string())
            .and_then(|theirs| {
                same(&values, theirs.values.into_iter().map(Ok).collect())?;
                Ok(theirs.nanoseconds)
            }),
    };
    Ok(Row {
        whole: time("kpol").unwrap_or_default(),
        rules: time("rules").unwrap_or_default(),
        peers: [
            interpreters.and_then(|_| time("regorus").ok_or_else(missing)),
            machines.and_then(|_| time("VM").ok_or_else(missing)),
            opa,
        ],
        unit,
    })
}

fn shown(value: Result<::regorus::Value>) -> std::result::Result<Value, String> {
    let text = value
        .and_then(|value| Ok(value.to_json_str()?))
        .map_err(|error| error.to_string())?;
    parse(Some(&text)).map_err(|error| error.to_string())
}

fn parse(json: Option<&str>) -> serde_json::Result<Value> {
    serde_json::from_str(json.unwrap_or("null"))
}

fn same(
    ours: &[Value],
    theirs: Vec<std::result::Result<Value, String>>,
) -> std::result::Result<(), String> {
    for (ours, theirs) in ours.iter().zip(theirs) {
        // How many digits a float has, and undefined: each side has its own way.
        let theirs = match theirs? {
            Value::String(text) if text == "<undefined>" => Value::Null,
            theirs => theirs,
        };
        if *ours != theirs {
            return Err("another answer".to_owned());
        }
    }
    Ok(())
}

fn line(out: &mut impl std::io::Write, row: &Row) -> Result<()> {
    let peers = row.peers.each_ref().map(|peer| match peer {
        Ok(time) => format!("{:>9}{:>7.1}", human(*time), time / row.rules),
        Err(error) => format!("{:>16.16}", first(error)),
    });
    writeln!(
        out,
        "{:<50.50} x{} {:>9} {:>9} |{}|{}|{}",
        row.unit.name,
        row.unit.inputs.len(),
        human(row.whole),
        human(row.rules),
        peers[0],
        peers[1],
        peers[2]
    )?;
    Ok(())
}

fn first(text: &str) -> &str {
    text.trim().lines().next().unwrap_or_default()
}

/// Ratios of a set against each peer.
fn summary(out: &mut impl std::io::Write, set: &str, rows: &[Row]) -> Result<()> {
    let sum = |f: fn(&Row) -> f64| human(rows.iter().map(f).sum());
    writeln!(
        out,
        "\n{set}: {} policies; all inputs once: {} over inputs that are laid out, {} from parsed ones",
        rows.len(),
        sum(|row| row.rules),
        sum(|row| row.whole),
    )?;
    writeln!(
        out,
        "{:<10}{:>7}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}  slowest against it",
        "", "ran", "median", "least", "total", "median", "least", "total"
    )?;
    for (index, peer) in PEERS.iter().enumerate() {
        let ran: Vec<(&Row, f64)> = rows
            .iter()
            .filter_map(|row| Some((row, *row.peers.get(index)?.as_ref().ok()?)))
            .collect();
        let ratios = |ours: fn(&Row) -> f64| {
            let mut ratios: Vec<(f64, &str)> = ran
                .iter()
                .map(|(row, theirs)| (theirs / ours(row), row.unit.name.as_str()))
                .collect();
            ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
            let total = ran.iter().map(|(_, theirs)| theirs).sum::<f64>()
                / ran.iter().map(|(row, _)| ours(row)).sum::<f64>();
            let at = |i: usize| ratios.get(i).copied().unwrap_or_default();
            (at(ratios.len() / 2).0, at(0).0, total, at(0).1)
        };
        let (rules, whole) = (ratios(|row| row.rules), ratios(|row| row.whole));
        writeln!(
            out,
            "{peer:<10}{:>7}{:>9.1}{:>9.1}{:>9.1}{:>9.1}{:>9.1}{:>9.1}  {}",
            ran.len(),
            rules.0,
            rules.1,
            rules.2,
            whole.0,
            whole.1,
            whole.2,
            rules.3,
        )?;
    }
    writeln!(out)?;
    Ok(())
}
