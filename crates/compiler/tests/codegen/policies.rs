//! Policies that exercise every statement, with what they evaluate to.

use kpol_compiler::ir::{
    Block, CompareOp, Const, Local, Operand, Override, Policy, SiteId, SlotId, Stmt, TraceId,
    TraceRole, TraceSite, TraceSlot, WithId,
};
use kpol_diagnostics::Span;

use super::build::{
    Build, any, array, block, builtin, call, clause, copy, dot, insert, l, lo, make_object, not,
    number, object, push, ret, scan, set, test, text, try_dot,
};

/// A policy with its input, and the JSON of each entrypoint: `undefined` where there is no value, `conflict` where
/// it ends with a conflict.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) policy: Policy,
    pub(crate) input: Option<Const>,
    pub(crate) expected: Vec<String>,
}

fn case(name: &'static str, build: Build, expected: &[&str]) -> Case {
    Case {
        name,
        policy: build.0,
        input: None,
        expected: expected.iter().map(|text| (*text).to_owned()).collect(),
    }
}

pub(crate) fn all() -> Vec<Case> {
    vec![
        deny(),
        control_flow(),
        scans(),
        switch_mixed(),
        switch_strings(),
        switch_sparse(),
        switch_clauses(),
        switch_results(),
        comparisons(),
        lookups(),
        shapes(),
        building(),
        conflicts(),
        withs(),
        memos(),
        builtins(),
        traces(),
        merges(),
        big_objects(),
        joins(),
        kept_calls(),
    ]
}

/// Containers of a pod that are privileged, or whose image has no tag.
pub(crate) fn deny() -> Case {
    let mut b = Build::new();
    let (kind, pod) = (b.s("kind"), b.s("Pod"));
    let (spec, containers) = (b.s("spec"), b.s("containers"));
    let (name, image, context, privileged) = (
        b.s("name"),
        b.s("image"),
        b.s("securityContext"),
        b.s("privileged"),
    );
    let (template, colon) = (b.s("container %s is privileged"), b.s(":"));
    let untagged = b.s("container %s has no tag");
    let each = |body: Vec<Stmt>| {
        vec![
            Stmt::Input(l(1)),
            dot(2, lo(1), kind),
            test(CompareOp::Equal, lo(2), pod),
            dot(3, lo(1), spec),
            dot(4, lo(3), containers),
            scan(lo(4), 5, 6, body),
        ]
    };
    let first = each(vec![
        dot(7, lo(6), context),
        dot(8, lo(7), privileged),
        Stmt::IsTruthy(lo(8)),
        dot(9, lo(6), name),
        array(10, vec![lo(9)]),
        builtin(11, "sprintf", vec![template, lo(10)]),
        Stmt::Add {
            set: lo(0),
            item: lo(11),
        },
    ]);
    let first = b.func("data.main.deny#1", 1, 12, first);
    let second = each(vec![
        dot(7, lo(6), image),
        not(vec![
            builtin(8, "contains", vec![lo(7), colon]),
            Stmt::IsTruthy(lo(8)),
        ]),
        dot(9, lo(6), name),
        array(10, vec![lo(9)]),
        builtin(11, "sprintf", vec![untagged, lo(10)]),
        Stmt::Add {
            set: lo(0),
            item: lo(11),
        },
    ]);
    let second = b.func("data.main.deny#2", 1, 12, second);
    let deny = b.memo(
        "data.main.deny",
        2,
        vec![
            set(0, vec![]),
            clause(1, first, vec![lo(0)]),
            clause(1, second, vec![lo(0)]),
            ret(lo(0)),
        ],
    );
    b.enter("data.main.deny", deny);
    let container = |name: &str, image: &str, privileged: bool| {
        object(&[
            ("name", text(name)),
            ("image", text(image)),
            (
                "securityContext",
                object(&[("privileged", Const::Bool(privileged))]),
            ),
        ])
    };
    let input = object(&[
        ("kind", text("Pod")),
        (
            "spec",
            object(&[(
                "containers",
                Const::Array(vec![
                    container("a", "nginx:1", true),
                    container("b", "nginx", false),
                    object(&[("name", text("c")), ("image", text("redis"))]),
                ]),
            )]),
        ),
    ]);
    Case {
        input: Some(input),
        ..case(
            "deny",
            b,
            &[r#"["container a is privileged","container b has no tag","container c has no tag"]"#],
        )
    }
}

fn control_flow() -> Case {
    let mut b = Build::new();
    let (one, two, three) = (b.n(1), b.n(2), b.n(3));
    let numbers = b.c(Const::Array(vec![number("1"), number("2"), number("3")]));
    let equal = |a, b| test(CompareOp::Equal, a, b);
    b.entry("fails", 1, vec![copy(0, one), equal(lo(0), two), ret(one)]);
    b.entry(
        "block goes on",
        1,
        vec![
            copy(0, one),
            block(vec![equal(lo(0), two), copy(0, two)]),
            ret(lo(0)),
        ],
    );
    b.entry(
        "not",
        1,
        vec![copy(0, one), not(vec![equal(lo(0), two)]), ret(one)],
    );
    b.entry(
        "not fails",
        1,
        vec![copy(0, one), not(vec![equal(lo(0), one)]), ret(one)],
    );
    b.entry(
        "any takes the first",
        2,
        vec![
            copy(0, one),
            any(vec![
                vec![equal(lo(0), two), copy(1, one)],
                vec![equal(lo(0), one), copy(1, two)],
                vec![copy(1, three)],
            ]),
            ret(lo(1)),
        ],
    );
    b.entry(
        "any fails",
        2,
        vec![
            copy(0, one),
            any(vec![vec![equal(lo(0), two)], vec![Stmt::Fail]]),
            ret(one),
        ],
    );
    b.entry("any of none fails", 0, vec![any(vec![]), ret(one)]);
    // The iteration ends with its first hit.
    b.entry(
        "complete any",
        4,
        vec![
            array(3, vec![]),
            any(vec![vec![
                scan(
                    numbers,
                    0,
                    1,
                    vec![
                        push(3, lo(1)),
                        equal(lo(1), two),
                        copy(2, lo(1)),
                        Stmt::Complete,
                    ],
                ),
                Stmt::Fail,
            ]]),
            push(3, lo(2)),
            ret(lo(3)),
        ],
    );
    b.entry(
        "complete not",
        2,
        vec![
            not(vec![
                scan(numbers, 0, 1, vec![equal(lo(1), two), Stmt::Complete]),
                Stmt::Fail,
            ]),
            ret(one),
        ],
    );
    b.entry(
        "complete not, no hit",
        2,
        vec![
            not(vec![
                scan(numbers, 0, 1, vec![equal(lo(1), lo(0)), Stmt::Complete]),
                Stmt::Fail,
            ]),
            ret(two),
        ],
    );
    b.entry(
        "return from a loop",
        2,
        vec![
            scan(numbers, 0, 1, vec![equal(lo(1), two), ret(lo(0))]),
            ret(three),
        ],
    );
    b.entry("nothing", 1, vec![copy(0, one)]);
    b.entry("no input", 1, vec![Stmt::Input(l(0)), ret(one)]);
    b.entry("no data", 1, vec![Stmt::Data(l(0)), ret(one)]);
    b.entry(
        "reset",
        1,
        vec![copy(0, one), Stmt::Reset(l(0)), ret(lo(0))],
    );
    case(
        "control_flow",
        b,
        &[
            "undefined",
            "1",
            "1",
            "undefined",
            "2",
            "undefined",
            "undefined",
            "[1,2,2]",
            "undefined",
            "2",
            "1",
            "undefined",
            "undefined",
            "undefined",
            "undefined",
        ],
    )
}

fn scans() -> Case {
    let mut b = Build::new();
    let sources = [
        Const::Array(vec![text("a"), number("7"), Const::Null]),
        Const::Set(vec![text("b"), number("2"), text("a")]),
        object(&[("z", number("1")), ("a", number("2"))]),
        Const::Array(vec![]),
        text("abc"),
        number("5"),
        number("1e99"),
        Const::Null,
    ];
    let mut expected = Vec::new();
    for (i, source) in sources.into_iter().enumerate() {
        let source = b.c(source);
        b.entry(
            &format!("scan {i}"),
            4,
            vec![
                array(0, vec![]),
                scan(
                    source,
                    1,
                    2,
                    vec![array(3, vec![lo(1), lo(2)]), push(0, lo(3))],
                ),
                ret(lo(0)),
            ],
        );
        expected.push(match i {
            0 => r#"[[0,"a"],[1,7],[2,null]]"#,
            1 => r#"[[2,2],["a","a"],["b","b"]]"#,
            2 => r#"[["a",2],["z",1]]"#,
            _ => "[]",
        });
    }
    b.entry(
        "undefined",
        3,
        vec![scan(lo(0), 1, 2, vec![ret(lo(1))]), ret(lo(0))],
    );
    expected.push("undefined");
    // A set that is built out of order is iterated over in order; neither key nor value may be wanted.
    let (one, two, three) = (b.n(1), b.n(2), b.n(3));
    b.entry(
        "built",
        4,
        vec![
            set(0, vec![three, one, two, one]),
            array(1, vec![]),
            scan(lo(0), 2, 3, vec![push(1, lo(3))]),
            scan(lo(0), 2, 3, vec![push(1, one)]),
            ret(lo(1)),
        ],
    );
    expected.push("[1,2,3,1,1,1]");
    // The locals of an iteration keep what the last one set.
    b.entry(
        "nested",
        6,
        vec![
            array(5, vec![one, two]),
            array(0, vec![]),
            scan(
                lo(5),
                1,
                2,
                vec![scan(
                    lo(5),
                    3,
                    4,
                    vec![
                        test(CompareOp::NotEqual, lo(2), lo(4)),
                        push(0, lo(2)),
                        push(0, lo(4)),
                    ],
                )],
            ),
            ret(lo(0)),
        ],
    );
    expected.push("[1,2,2,1]");
    case("scans", b, &expected)
}

/// Evaluates a switch over each of `values`, and collects what was run.
fn switch_over(b: &mut Build, values: Vec<Const>, cases: Vec<Const>) {
    let values = b.c(Const::Array(values));
    let numbered = cases
        .into_iter()
        .enumerate()
        .map(|(i, case)| {
            let number = b.n(i as i64);
            (b.id(case), Block(vec![push(0, number)]))
        })
        .collect();
    let none = b.n(-1);
    b.entry(
        "switch",
        4,
        vec![
            array(0, vec![]),
            scan(
                values,
                1,
                2,
                vec![Stmt::Switch {
                    on: lo(2),
                    cases: numbered,
                    default: Block(vec![push(0, none)]),
                }],
            ),
            ret(lo(0)),
        ],
    );
}

fn switch_mixed() -> Case {
    let mut b = Build::new();
    let values = vec![
        text("a"),
        text("b"),
        text("zzz"),
        Const::Null,
        Const::Bool(true),
        Const::Bool(false),
        number("1"),
        number("1.0"),
        number("2"),
        number("3"),
        number("12345678901234567890"),
        number("1e1"),
        number("10"),
        Const::Array(vec![]),
        number("-1"),
    ];
    let cases = vec![
        text("a"),
        text("b"),
        Const::Null,
        Const::Bool(true),
        number("1"),
        number("2.0"),
        number("12345678901234567890"),
        number("10"),
    ];
    switch_over(&mut b, values.clone(), cases);
    let small = ["-1", "0", "1", "2", "3", "10"];
    switch_over(&mut b, values, small.into_iter().map(number).collect());
    // Undefined goes to the default.
    let (one, two, a) = (b.n(1), b.n(2), b.id(text("a")));
    b.entry(
        "undefined",
        1,
        vec![Stmt::Switch {
            on: lo(0),
            cases: vec![(a, Block(vec![ret(one)]))],
            default: Block(vec![ret(two)]),
        }],
    );
    // Failing in a case goes on behind the switch.
    let b_string = b.s("a");
    b.entry(
        "fails",
        1,
        vec![
            copy(0, b_string),
            Stmt::Switch {
                on: lo(0),
                cases: vec![(a, Block(vec![Stmt::Fail, ret(one)]))],
                default: Block(vec![ret(two)]),
            },
            ret(lo(0)),
        ],
    );
    case(
        "switch_mixed",
        b,
        &[
            "[0,1,-1,2,3,-1,4,4,5,-1,6,7,7,-1,-1]",
            "[-1,-1,-1,-1,-1,-1,2,2,3,4,-1,5,5,-1,0]",
            "2",
            "\"a\"",
        ],
    )
}

fn switch_strings() -> Case {
    let mut b = Build::new();
    let names: Vec<Const> = (0..20).map(|i| text(&format!("kind-{i}"))).collect();
    let mut values = vec![
        names[7].clone(),
        text("other"),
        names[0].clone(),
        number("3"),
    ];
    values.extend([names[19].clone(), Const::Null]);
    switch_over(&mut b, values.clone(), names.clone());
    // A switch over some of them, in another order.
    let some = vec![
        names[19].clone(),
        names[3].clone(),
        names[0].clone(),
        names[7].clone(),
        names[5].clone(),
        number("3"),
    ];
    switch_over(&mut b, values, some);
    case(
        "switch_strings",
        b,
        &["[7,-1,0,-1,19,-1]", "[3,-1,2,5,0,-1]"],
    )
}

fn switch_sparse() -> Case {
    let mut b = Build::new();
    let names: Vec<Const> = (0..400).map(|i| text(&format!("n{i}"))).collect();
    let few: Vec<Const> = names.iter().step_by(57).cloned().collect();
    switch_over(
        &mut b,
        names.iter().step_by(19).cloned().collect(),
        names.clone(),
    );
    switch_over(&mut b, names, few);
    let first: Vec<String> = (0..400).step_by(19).map(|i| i.to_string()).collect();
    let second: Vec<String> = (0..400)
        .map(|i| if i % 57 == 0 { i / 57 } else { -1 })
        .map(|i: i32| i.to_string())
        .collect();
    case(
        "switch_sparse",
        b,
        &[
            &format!("[{}]", first.join(",")),
            &format!("[{}]", second.join(",")),
        ],
    )
}

/// Cases that only call clauses: dispatched through a table.
pub(crate) fn switch_clauses() -> Case {
    let mut b = Build::new();
    let add = b.func("add", 2, 2, vec![push(0, lo(1))]);
    let names: Vec<Const> = (0..100).map(|i| text(&format!("kind-{i}"))).collect();
    let clauses: Vec<_> = (0..100)
        .map(|i| {
            let number = b.n(i);
            b.func(&format!("clause#{i}"), 1, 1, vec![push(0, number)])
        })
        .collect();
    let mut cases = Vec::new();
    for (i, name) in names.iter().enumerate() {
        let mut body = vec![clause(3, clauses[i], vec![lo(0)])];
        if i % 10 == 0 {
            let extra = b.s("ten");
            body.push(clause(3, add, vec![lo(0), extra]));
            body.push(clause(3, add, vec![lo(0), lo(1)]));
        }
        cases.push((b.id(name.clone()), Block(body)));
    }
    let values = b.c(Const::Array(vec![
        names[99].clone(),
        names[20].clone(),
        text("none"),
        number("1"),
        names[0].clone(),
    ]));
    let none = b.s("default");
    b.entry(
        "switch",
        4,
        vec![
            array(0, vec![]),
            scan(
                values,
                1,
                2,
                vec![Stmt::Switch {
                    on: lo(2),
                    cases,
                    default: Block(vec![push(0, none)]),
                }],
            ),
            ret(lo(0)),
        ],
    );
    case(
        "switch_clauses",
        b,
        &[r#"[99,20,"ten",1,"default","default",0,"ten",4]"#],
    )
}

/// Cases that only keep what clauses return.
pub(crate) fn switch_results() -> Case {
    let mut b = Build::new();
    let names: Vec<Const> = (0..60).map(|i| text(&format!("kind-{i}"))).collect();
    let mut cases = Vec::new();
    let same = b.func("same", 1, 1, vec![ret(lo(0))]);
    for (i, name) in names.iter().enumerate() {
        let number = b.n(i as i64);
        let func = b.func(
            &format!("clause#{i}"),
            1,
            1,
            if i == 2 { vec![] } else { vec![ret(number)] },
        );
        let once = |dst| Stmt::AssignOnce {
            dst: l(3),
            src: lo(dst),
            site: SiteId(0),
        };
        let dst = 4 + i as u32;
        let mut body = vec![call(dst, func, vec![lo(2)]), once(dst)];
        if i % 5 == 0 {
            let other = if i == 50 { b.n(7) } else { number };
            let dst = 70 + i as u32;
            body = vec![block(body)];
            body.push(block(vec![call(dst, same, vec![other]), once(dst)]));
        }
        cases.push((b.id(name.clone()), Block(body)));
    }
    let none = b.n(-1);
    let mut evaluate = |name: &str, which: Vec<usize>| {
        let mut values: Vec<Const> = which.into_iter().map(|i| names[i].clone()).collect();
        values.push(Const::Null);
        let values = b.c(Const::Array(values));
        b.entry(
            name,
            140,
            vec![
                array(0, vec![]),
                scan(
                    values,
                    1,
                    2,
                    vec![
                        Stmt::Reset(l(3)),
                        Stmt::Switch {
                            on: lo(2),
                            cases: cases.clone(),
                            default: Block(vec![copy(3, none)]),
                        },
                        block(vec![Stmt::IsDefined(lo(3)), push(0, lo(3))]),
                    ],
                ),
                ret(lo(0)),
            ],
        );
    };
    evaluate("results", vec![3, 59, 5, 2, 0]);
    evaluate("conflict", vec![1, 50]);
    case("switch_results", b, &["[3,59,5,0,-1]", "conflict"])
}

/// Values of all kinds, with some that are equal though spelled differently.
fn values() -> Vec<Const> {
    vec![
        Const::Null,
        Const::Bool(false),
        Const::Bool(true),
        number("-5"),
        number("0"),
        number("1"),
        number("1.0"),
        number("1.5"),
        number("1073741824"),
        number("12345678901234567890"),
        text(""),
        text("a"),
        text("b"),
        Const::Array(vec![]),
        Const::Array(vec![number("1")]),
        Const::Array(vec![number("1.0")]),
        object(&[]),
        object(&[("a", number("1"))]),
        Const::Set(vec![]),
        Const::Set(vec![text("a"), number("1")]),
    ]
}

/// The rank of each of [`values`] in Rego's order.
const RANKS: [u32; 20] = [
    0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 11, 12, 13, 13, 14, 15, 16, 17,
];

fn comparisons() -> Case {
    const OPS: [CompareOp; 6] = [
        CompareOp::Equal,
        CompareOp::NotEqual,
        CompareOp::Less,
        CompareOp::LessEqual,
        CompareOp::Greater,
        CompareOp::GreaterEqual,
    ];
    let holds = |op, a: u32, b: u32| match op {
        CompareOp::Equal => a == b,
        CompareOp::NotEqual => a != b,
        CompareOp::Less => a < b,
        CompareOp::LessEqual => a <= b,
        CompareOp::Greater => a > b,
        CompareOp::GreaterEqual => a >= b,
    };
    let mut b = Build::new();
    let list = b.c(Const::Array(values()));
    let mut expected = Vec::new();
    let push_both = |a: Operand, b: Operand, op| {
        vec![
            Stmt::Compare {
                dst: l(5),
                op,
                a,
                b,
            },
            push(0, lo(5)),
            // The test agrees with the comparison.
            any(vec![
                vec![test(op, a, b), Stmt::IsTruthy(lo(5))],
                vec![not(vec![test(op, a, b)]), not(vec![Stmt::IsTruthy(lo(5))])],
                vec![push(0, list)],
            ]),
        ]
    };
    let json = |bools: Vec<bool>| {
        let texts: Vec<&str> = bools
            .into_iter()
            .map(|b| if b { "true" } else { "false" })
            .collect();
        format!("[{}]", texts.join(","))
    };
    for op in OPS {
        b.entry(
            &format!("{op}"),
            6,
            vec![
                array(0, vec![]),
                scan(
                    list,
                    1,
                    2,
                    vec![scan(list, 3, 4, push_both(lo(2), lo(4), op))],
                ),
                ret(lo(0)),
            ],
        );
        expected.push(json(
            RANKS
                .iter()
                .flat_map(|a| RANKS.iter().map(move |b| holds(op, *a, *b)))
                .collect(),
        ));
        // With a constant on either side.
        let mut body = vec![array(0, vec![])];
        let mut results = Vec::new();
        for (constant, rank) in values().into_iter().zip(RANKS) {
            let constant = b.c(constant);
            body.push(scan(list, 1, 2, push_both(lo(2), constant, op)));
            results.extend(RANKS.iter().map(|a| holds(op, *a, rank)));
            body.push(scan(list, 1, 2, push_both(constant, lo(2), op)));
            results.extend(RANKS.iter().map(|a| holds(op, rank, *a)));
        }
        body.push(ret(lo(0)));
        b.entry(&format!("{op} constant"), 6, body);
        expected.push(json(results));
    }
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    case("comparisons", b, &expected)
}

fn lookups() -> Case {
    let mut b = Build::new();
    let mixed = Const::Object(vec![
        (text("a"), number("1")),
        (number("1"), text("one")),
        (Const::Array(vec![number("2")]), text("two")),
        (Const::Bool(true), text("yes")),
    ]);
    let sources = Const::Array(vec![
        mixed,
        Const::Array(vec![text("x"), text("y"), text("z")]),
        Const::Set(vec![text("a"), number("1"), Const::Bool(true)]),
        text("abc"),
        number("1"),
        number("1.5"),
        Const::Null,
        Const::Bool(true),
    ]);
    let keys = vec![
        text("a"),
        text("nope"),
        number("1"),
        number("1.0"),
        number("-1"),
        number("99"),
        Const::Bool(true),
        Const::Array(vec![number("2")]),
    ];
    let (sources, all, none) = (b.c(sources), b.c(Const::Array(keys.clone())), b.s("-"));
    let look = |key: Operand| {
        vec![
            try_dot(5, lo(2), key),
            any(vec![
                vec![Stmt::IsDefined(lo(5)), push(0, lo(5)), dot(6, lo(2), key)],
                vec![
                    Stmt::IsUndefined(lo(5)),
                    push(0, none),
                    not(vec![dot(6, lo(2), key)]),
                ],
                vec![push(0, all)],
            ]),
        ]
    };
    b.entry(
        "local keys",
        7,
        vec![
            array(0, vec![]),
            scan(sources, 1, 2, vec![scan(all, 3, 4, look(lo(4)))]),
            ret(lo(0)),
        ],
    );
    let mut body = Vec::new();
    for key in keys {
        let key = b.c(key);
        body.extend(look(key));
    }
    b.entry(
        "constant keys",
        7,
        vec![array(0, vec![]), scan(sources, 1, 2, body), ret(lo(0))],
    );
    b.entry("undefined", 1, vec![try_dot(0, lo(0), none), ret(lo(0))]);
    let rows = concat!(
        r#"[1,"-","one","one","-","-","yes","two","#,
        r#""-","-","y","y","-","-","-","-","#,
        r#""a","-",1,1,"-","-",true,"-","#,
        r#""-","-","-","-","-","-","-","-","-","-","-","-","-","-","-","-","#,
        r#""-","-","-","-","-","-","-","-","-","-","-","-","-","-","-","-","#,
        r#""-","-","-","-","-","-","-","-"]"#,
    );
    case("lookups", b, &[rows, rows, "undefined"])
}

fn shapes() -> Case {
    let mut b = Build::new();
    let list = b.c(Const::Array(values()));
    let one = b.n(1);
    let mut expected = Vec::new();
    let checks: [(Stmt, &str); 7] = [
        (Stmt::IsTruthy(lo(2)), "-"),
        (Stmt::IsDefined(lo(2)), ""),
        (Stmt::IsUndefined(lo(2)), "none"),
        (Stmt::IsArray(lo(2), 1), "array1"),
        (Stmt::IsArray(lo(2), 0), "array0"),
        (Stmt::IsObject(lo(2), 1), "object1"),
        (Stmt::IsCollection(lo(2)), "collection"),
    ];
    for (check, what) in checks {
        b.entry(
            what,
            3,
            vec![
                array(0, vec![]),
                scan(list, 1, 2, vec![check, push(0, lo(1))]),
                ret(lo(0)),
            ],
        );
        expected.push(match what {
            "-" => "[0,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]",
            "" => "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]",
            "none" => "[]",
            "array1" => "[14,15]",
            "array0" => "[13]",
            "object1" => "[17]",
            _ => "[13,14,15,16,17,18,19]",
        });
    }
    // None of them holds for an undefined value, except that it is undefined.
    b.entry(
        "undefined",
        2,
        vec![
            not(vec![Stmt::IsTruthy(lo(0))]),
            not(vec![Stmt::IsDefined(lo(0))]),
            not(vec![Stmt::IsArray(lo(0), 0)]),
            not(vec![Stmt::IsObject(lo(0), 0)]),
            not(vec![Stmt::IsCollection(lo(0))]),
            Stmt::IsUndefined(lo(0)),
            ret(one),
        ],
    );
    expected.push("1");
    case("shapes", b, &expected)
}

fn building() -> Case {
    let mut b = Build::new();
    let (a, c, x) = (b.s("a"), b.s("c"), b.s("x"));
    let (one, two) = (b.n(1), b.n(2));
    b.entry(
        "array",
        2,
        vec![copy(0, one), array(1, vec![lo(0), two, a]), ret(lo(1))],
    );
    b.entry("set", 1, vec![set(0, vec![two, one, two]), ret(lo(0))]);
    b.entry(
        "object",
        1,
        vec![
            make_object(0, vec![(a, one), (c, two), (a, two)]),
            ret(lo(0)),
        ],
    );
    // A target may be one of the items.
    b.entry(
        "itself",
        1,
        vec![copy(0, one), array(0, vec![lo(0), lo(0)]), ret(lo(0))],
    );
    b.entry(
        "itself in a set",
        1,
        vec![copy(0, one), set(0, vec![lo(0)]), ret(lo(0))],
    );
    b.entry(
        "itself in an object",
        1,
        vec![copy(0, a), make_object(0, vec![(lo(0), lo(0))]), ret(lo(0))],
    );
    b.entry(
        "grown",
        4,
        vec![
            array(0, vec![]),
            array(3, vec![a, c, x, one, two, a, c, x, one, two]),
            scan(lo(3), 1, 2, vec![push(0, lo(2))]),
            ret(lo(0)),
        ],
    );
    b.entry(
        "add new",
        4,
        vec![
            set(0, vec![]),
            array(1, vec![]),
            array(2, vec![one, two, one]),
            scan(
                lo(2),
                3,
                3,
                vec![
                    Stmt::AddNew {
                        set: lo(0),
                        item: lo(3),
                    },
                    push(1, lo(3)),
                ],
            ),
            ret(lo(1)),
        ],
    );
    b.entry(
        "insert",
        1,
        vec![
            make_object(0, vec![]),
            insert(0, vec![a], one),
            insert(0, vec![c, x, a], one),
            insert(0, vec![c, x, c], two),
            insert(0, vec![c, x, c], two),
            insert(0, vec![c, a], two),
            ret(lo(0)),
        ],
    );
    b.entry(
        "add at",
        1,
        vec![
            make_object(0, vec![]),
            Stmt::AddAt {
                object: lo(0),
                path: vec![a],
                item: one,
                site: SiteId(0),
            },
            Stmt::AddAt {
                object: lo(0),
                path: vec![c, x],
                item: two,
                site: SiteId(0),
            },
            Stmt::AddAt {
                object: lo(0),
                path: vec![c, x],
                item: one,
                site: SiteId(0),
            },
            Stmt::AddAt {
                object: lo(0),
                path: vec![a],
                item: one,
                site: SiteId(0),
            },
            ret(lo(0)),
        ],
    );
    b.entry(
        "once",
        1,
        vec![
            Stmt::AssignOnce {
                dst: l(0),
                src: one,
                site: SiteId(0),
            },
            Stmt::AssignOnce {
                dst: l(0),
                src: one,
                site: SiteId(0),
            },
            ret(lo(0)),
        ],
    );
    case(
        "building",
        b,
        &[
            r#"[1,2,"a"]"#,
            "[1,2]",
            r#"{"a":2,"c":2}"#,
            "[1,1]",
            "[1]",
            r#"{"a":"a"}"#,
            r#"["a","c","x",1,2,"a","c","x",1,2]"#,
            "[1,2]",
            r#"{"a":1,"c":{"a":2,"x":{"a":1,"c":2}}}"#,
            r#"{"a":[1],"c":{"x":[1,2]}}"#,
            "1",
        ],
    )
}

fn conflicts() -> Case {
    let mut b = Build::new();
    let (a, c) = (b.s("a"), b.s("c"));
    let (one, two) = (b.n(1), b.n(2));
    let whole = b.c(object(&[("c", number("1"))]));
    let once = |src| Stmt::AssignOnce {
        dst: l(0),
        src,
        site: SiteId(0),
    };
    b.entry("once", 1, vec![once(one), once(two), ret(lo(0))]);
    b.entry(
        "insert",
        1,
        vec![
            make_object(0, vec![]),
            insert(0, vec![a], one),
            insert(0, vec![a], two),
            ret(lo(0)),
        ],
    );
    b.entry(
        "below a value",
        1,
        vec![
            make_object(0, vec![]),
            insert(0, vec![a], one),
            insert(0, vec![a, c], two),
            ret(lo(0)),
        ],
    );
    // A value that someone else may hold is not changed.
    b.entry(
        "below a whole object",
        1,
        vec![
            make_object(0, vec![]),
            insert(0, vec![a], whole),
            insert(0, vec![a, a], two),
            ret(lo(0)),
        ],
    );
    b.entry(
        "over an object",
        1,
        vec![
            make_object(0, vec![]),
            insert(0, vec![a, c], one),
            insert(0, vec![a], two),
            ret(lo(0)),
        ],
    );
    b.entry(
        "add below a value",
        1,
        vec![
            make_object(0, vec![]),
            insert(0, vec![a], one),
            Stmt::AddAt {
                object: lo(0),
                path: vec![a],
                item: two,
                site: SiteId(0),
            },
            ret(lo(0)),
        ],
    );
    case("conflicts", b, &["conflict"; 6])
}

fn withs() -> Case {
    let mut b = Build::new();
    b.0.override_slots = 2;
    let read = b.memo("read input", 1, vec![Stmt::Input(l(0)), ret(lo(0))]);
    let mock = b.func(
        "read slot",
        0,
        1,
        vec![
            Stmt::LoadSlot {
                dst: l(0),
                slot: SlotId(1),
            },
            ret(lo(0)),
        ],
    );
    let (a, c, one, two) = (b.id(text("a")), b.id(text("c")), b.n(1), b.n(2));
    let whole = b.c(object(&[("a", number("7")), ("b", number("8"))]));
    let outer = |with, body| Stmt::Outer {
        with: WithId(with),
        body: Block(body),
    };
    let with = |id, overrides, body| Stmt::With {
        id: WithId(id),
        overrides,
        body: Block(body),
    };
    let set_input = |value| Override::Input {
        path: vec![],
        value,
    };
    b.entry(
        "input",
        3,
        vec![
            array(0, vec![]),
            with(
                0,
                vec![set_input(one)],
                vec![
                    call(1, read, vec![]),
                    push(0, lo(1)),
                    outer(0, vec![call(2, read, vec![]), push(0, lo(2))]),
                    call(1, read, vec![]),
                    push(0, lo(1)),
                    Stmt::Fail,
                ],
            ),
            call(1, read, vec![]),
            push(0, lo(1)),
            ret(lo(0)),
        ],
    );
    b.entry(
        "patched",
        2,
        vec![with(
            0,
            vec![
                set_input(whole),
                Override::Input {
                    path: vec![a, c],
                    value: two,
                },
                Override::Data {
                    path: vec![c],
                    value: one,
                },
            ],
            vec![
                call(0, read, vec![]),
                Stmt::Data(l(1)),
                array(0, vec![lo(0), lo(1)]),
                outer(0, vec![ret(lo(0))]),
            ],
        )],
    );
    b.entry(
        "slots",
        3,
        vec![
            array(0, vec![]),
            with(
                0,
                vec![Override::Slot {
                    slot: SlotId(1),
                    value: whole,
                }],
                vec![
                    call(1, mock, vec![]),
                    push(0, lo(1)),
                    with(
                        1,
                        vec![
                            Override::PatchSlot {
                                slot: SlotId(1),
                                path: vec![a],
                                value: one,
                            },
                            Override::PatchSlot {
                                slot: SlotId(0),
                                path: vec![a],
                                value: one,
                            },
                        ],
                        vec![call(1, mock, vec![]), push(0, lo(1))],
                    ),
                    with(
                        1,
                        vec![Override::ClearSlot { slot: SlotId(1) }],
                        vec![
                            clause(1, mock, vec![]),
                            Stmt::IsUndefined(lo(1)),
                            push(0, two),
                            outer(
                                0,
                                vec![
                                    clause(1, mock, vec![]),
                                    Stmt::IsUndefined(lo(1)),
                                    push(0, one),
                                ],
                            ),
                            outer(1, vec![call(1, mock, vec![]), push(0, lo(1))]),
                        ],
                    ),
                    call(1, mock, vec![]),
                    push(0, lo(1)),
                ],
            ),
            clause(1, mock, vec![]),
            Stmt::IsUndefined(lo(1)),
            ret(lo(0)),
        ],
    );
    b.entry(
        "complete",
        2,
        vec![
            any(vec![vec![
                with(
                    0,
                    vec![set_input(one)],
                    vec![outer(0, vec![Stmt::Complete])],
                ),
                Stmt::Fail,
            ]]),
            call(0, read, vec![]),
            ret(lo(0)),
        ],
    );
    Case {
        input: Some(text("in")),
        ..case(
            "withs",
            b,
            &[
                r#"[1,"in",1,"in"]"#,
                r#"[{"a":{"c":2},"b":8},{"c":1}]"#,
                r#"[{"a":7,"b":8},{"a":1,"b":8},2,1,{"a":7,"b":8},{"a":7,"b":8}]"#,
                r#""in""#,
            ],
        )
    }
}

fn memos() -> Case {
    let mut b = Build::new();
    let (one, two) = (b.n(1), b.n(2));
    // Printing shows how often a body runs; so does what it adds to.
    let undefined = b.memo("undefined", 0, vec![Stmt::Fail]);
    let value = b.memo("value", 1, vec![array(0, vec![one]), ret(lo(0))]);
    let inner = b.memo(
        "inner",
        2,
        vec![
            call(0, value, vec![]),
            array(1, vec![lo(0), lo(0)]),
            ret(lo(1)),
        ],
    );
    b.entry(
        "twice",
        3,
        vec![
            call(0, value, vec![]),
            call(1, inner, vec![]),
            call(2, inner, vec![]),
            array(0, vec![lo(0), lo(1), lo(2)]),
            ret(lo(0)),
        ],
    );
    b.entry(
        "undefined",
        2,
        vec![
            clause(0, undefined, vec![]),
            clause(0, undefined, vec![]),
            Stmt::IsUndefined(lo(0)),
            not(vec![call(1, undefined, vec![])]),
            ret(two),
        ],
    );
    case("memos", b, &["[[1],[[1],[1]],[[1],[1]]]", "2"])
}

fn builtins() -> Case {
    let mut b = Build::new();
    let (one, two, three) = (b.n(1), b.n(2), b.n(3));
    let list = b.c(Const::Array(values()));
    let (a, text_abc) = (b.s("a"), b.s("abc"));
    b.entry(
        "count",
        4,
        vec![
            array(0, vec![]),
            scan(
                list,
                1,
                2,
                vec![builtin(3, "count", vec![lo(2)]), push(0, lo(3))],
            ),
            builtin(3, "count", vec![text_abc]),
            push(0, lo(3)),
            ret(lo(0)),
        ],
    );
    b.entry(
        "plus",
        1,
        vec![builtin(0, "plus", vec![one, two]), ret(lo(0))],
    );
    b.entry(
        "three",
        1,
        vec![
            builtin(0, "substring", vec![text_abc, one, one]),
            ret(lo(0)),
        ],
    );
    b.entry(
        "error",
        1,
        vec![builtin(0, "plus", vec![one, a]), ret(three)],
    );
    case(
        "builtins",
        b,
        &["[0,1,1,0,1,1,0,1,0,2,3]", "3", "\"b\"", "undefined"],
    )
}

fn traces() -> Case {
    let mut b = Build::new();
    b.0.trace_sites.push(TraceSite {
        span: Span::NOWHERE,
        rule: "data.main.deny".to_owned(),
        slots: vec![
            TraceSlot {
                role: TraceRole::Bound,
                path: vec![],
            },
            TraceSlot {
                role: TraceRole::Condition,
                path: vec!["x".to_owned()],
            },
        ],
    });
    let one = b.n(1);
    b.entry(
        "trace",
        1,
        vec![
            Stmt::Input(Local(0)),
            Stmt::Trace {
                site: TraceId(0),
                value: one,
                slots: vec![(lo(0), Some(one)), (lo(0), None)],
            },
            ret(one),
        ],
    );
    Case {
        input: Some(object(&[])),
        ..case("traces", b, &["1"])
    }
}

fn merges() -> Case {
    let mut b = Build::new();
    let left = b.c(object(&[
        ("a", object(&[("x", number("1"))])),
        ("b", number("2")),
    ]));
    let right = b.c(object(&[
        ("a", object(&[("x", number("3")), ("y", number("4"))])),
        ("c", number("5")),
    ]));
    let merge = |dst, a, b| Stmt::Merge { dst: l(dst), a, b };
    b.entry("both", 1, vec![merge(0, left, right), ret(lo(0))]);
    b.entry("left", 2, vec![merge(0, left, lo(1)), ret(lo(0))]);
    b.entry("right", 2, vec![merge(0, lo(1), right), ret(lo(0))]);
    b.entry("none", 2, vec![merge(0, lo(1), lo(1)), ret(left)]);
    case(
        "merges",
        b,
        &[
            r#"{"a":{"x":1,"y":4},"b":2,"c":5}"#,
            r#"{"a":{"x":1},"b":2}"#,
            r#"{"a":{"x":3,"y":4},"c":5}"#,
            "undefined",
        ],
    )
}

/// Objects with a hash index.
fn big_objects() -> Case {
    let mut b = Build::new();
    let entries: Vec<(String, Const)> = (0..50)
        .map(|i| (format!("key-{i}"), number(&i.to_string())))
        .collect();
    let named: Vec<(&str, Const)> = entries
        .iter()
        .map(|(key, value)| (key.as_str(), value.clone()))
        .collect();
    let big = b.c(object(&named));
    let keys = b.c(Const::Array(
        named.iter().map(|(key, _)| text(key)).collect(),
    ));
    let absent = b.s("absent");
    b.entry(
        "constant",
        5,
        vec![
            array(0, vec![]),
            scan(keys, 1, 2, vec![dot(3, big, lo(2)), push(0, lo(3))]),
            not(vec![dot(4, big, absent)]),
            ret(lo(0)),
        ],
    );
    b.entry(
        "built",
        5,
        vec![
            array(0, vec![]),
            make_object(4, vec![]),
            scan(keys, 1, 2, vec![insert(4, vec![lo(2)], lo(1))]),
            scan(keys, 1, 2, vec![dot(3, lo(4), lo(2)), push(0, lo(3))]),
            not(vec![dot(3, lo(4), absent)]),
            test(CompareOp::Equal, lo(4), big),
            ret(lo(0)),
        ],
    );
    let expected: Vec<String> = (0..50).map(|i| i.to_string()).collect();
    let expected = format!("[{}]", expected.join(","));
    case("big_objects", b, &[&expected, &expected])
}

/// An iteration in an iteration, narrowed to items that are equal to something: over an array, a set and an object,
/// more than are scanned as they are.
fn joins() -> Case {
    let mut b = Build::new();
    let (id, n) = (b.id(text("id")), b.s("n"));
    let item = |i: u32| {
        object(&[
            ("id", number(&(i % 5).to_string())),
            ("n", number(&i.to_string())),
        ])
    };
    let items: Vec<Const> = (0..20)
        .map(item)
        .chain([object(&[("n", number("99"))]), text("no object")])
        .collect();
    let wanted = b.c(Const::Array(vec![
        number("3"),
        number("7"),
        number("1.0"),
        number("3"),
        text("id"),
    ]));
    let keyed = items
        .iter()
        .zip(0..)
        .map(|(item, i)| (number(&(100 + i).to_string()), item.clone()))
        .collect();
    let key = Operand::Const(id);
    for collection in [
        Const::Array(items.clone()),
        Const::Set(items),
        Const::Object(keyed),
    ] {
        let source = b.c(collection);
        let memo = kpol_compiler::ir::MemoId(b.0.memo_slots);
        b.0.memo_slots += 1;
        b.entry(
            "joined",
            9,
            vec![
                array(0, vec![]),
                scan(
                    wanted,
                    1,
                    2,
                    vec![
                        Stmt::Narrow {
                            dst: l(3),
                            source,
                            path: vec![id],
                            on: lo(2),
                            memo,
                        },
                        scan(
                            lo(3),
                            4,
                            5,
                            vec![
                                dot(6, lo(5), key),
                                test(CompareOp::Equal, lo(6), lo(2)),
                                dot(7, lo(5), n),
                                push(0, lo(7)),
                            ],
                        ),
                    ],
                ),
                ret(lo(0)),
            ],
        );
    }
    let expected = "[3,8,13,18,1,6,11,16,3,8,13,18]";
    case("joins", b, &[expected, expected, expected])
}

/// A function that keeps its results, undefined among them, and not beyond a `with`.
fn kept_calls() -> Case {
    let mut b = Build::new();
    let (one, two, three) = (b.n(1), b.n(2), b.n(3));
    let twice = b.func(
        "twice",
        2,
        5,
        vec![
            Stmt::Input(l(2)),
            test(CompareOp::NotEqual, lo(0), three),
            builtin(3, "plus", vec![lo(0), lo(1)]),
            builtin(4, "plus", vec![lo(2), lo(3)]),
            ret(lo(4)),
        ],
    );
    b.0.funcs[twice.index()].memo = Some(kpol_compiler::ir::MemoId(b.0.memo_slots));
    b.0.memo_slots += 1;
    let numbers: Vec<Const> = (0..40).map(|i| number(&(i % 4).to_string())).collect();
    let numbers = b.c(Const::Array(numbers));
    b.entry(
        "kept",
        6,
        vec![
            array(0, vec![]),
            scan(
                numbers,
                1,
                2,
                vec![call(3, twice, vec![lo(2), two]), push(0, lo(3))],
            ),
            Stmt::With {
                id: WithId(0),
                overrides: vec![Override::Input {
                    path: vec![],
                    value: one,
                }],
                body: Block(vec![call(4, twice, vec![one, two]), push(0, lo(4))]),
            },
            call(5, twice, vec![two, one]),
            push(0, lo(5)),
            ret(lo(0)),
        ],
    );
    let mut expected: Vec<&str> = ["12", "13", "14"].repeat(10);
    expected.extend(["4", "13"]);
    let expected = format!("[{}]", expected.join(","));
    let mut case = case("kept_calls", b, &[&expected]);
    case.input = Some(number("10"));
    case
}
