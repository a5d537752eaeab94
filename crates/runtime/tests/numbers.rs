//! Numbers against results recorded from OPA 1.22.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use std::cmp::Ordering;

use kpol_runtime::value::number::{self, Error};
use kpol_runtime::{Heap, Value};

type Binary = fn(&mut Heap<'_>, Value, Value) -> Result<Value, Error>;
type Unary = fn(&mut Heap<'_>, Value) -> Result<Value, Error>;

fn binary(op: Binary, a: &str, b: &str) -> Result<String, Error> {
    let mut heap = Heap::new();
    let (a, b) = (heap.number(a).unwrap(), heap.number(b).unwrap());
    op(&mut heap, a, b).map(|v| heap.number_text(v))
}

#[test]
fn arithmetic_gives_what_opa_gives() {
    let cases: &[(&str, char, &str, &str)] = &[
        ("0.1", '+', "0.2", "0.3"),
        ("1", '/', "3", "0.33333333333333333334"),
        ("2", '/', "3", "0.6666666666666666667"),
        ("7", '/', "2", "3.5"),
        ("6", '/', "2", "3"),
        ("10", '/', "4", "2.5"),
        ("-7", '/', "2", "-3.5"),
        ("-6", '/', "4", "-1.5"),
        ("7", '/', "7.0", "1"),
        ("3", '/', "1.5", "2"),
        ("9007199254740993", '+', "1", "9007199254740994"),
        ("9223372036854775807", '+', "1", "9223372036854775808"),
        ("-9223372036854775808", '-', "1", "-9223372036854775809"),
        ("18446744073709551615", '+', "1", "18446744073709551616"),
        ("36893488147419103233", '+', "1", "36893488147419103234"),
        (
            "123456789012345678901234567890",
            '*',
            "3",
            "370370367037037036703703703670",
        ),
        (
            "123456789012345678901234567890",
            '-',
            "1",
            "123456789012345678901234567889",
        ),
        (
            "123456789012345678901234567890",
            '/',
            "10",
            "12345678901234567890000000000",
        ),
        (
            "123456789012345678901234567890",
            '/',
            "7",
            "17636684144620811271000000000",
        ),
        ("123456789012345678901234567891", '%', "10", "1"),
        (
            "123456789012345678901234567890",
            '+',
            "0.5",
            "123456789012345678900000000000",
        ),
        (
            "123456789012345678901234567890",
            '*',
            "1.0",
            "123456789012345678901234567890",
        ),
        (
            "123456789012345678901234567890.0",
            '+',
            "1",
            "123456789012345678901234567891",
        ),
        (
            "9223372036854775807",
            '*',
            "9223372036854775807",
            "85070591730234615847396907784232501249",
        ),
        ("3037000500", '*', "3037000500", "9223372037000250000"),
        ("18446744073709551616", '/', "2", "9223372036854775808"),
        ("18446744073709551615", '/', "5", "3689348814741910323"),
        (
            "12345678901234567890123",
            '/',
            "1",
            "12345678901234567890000",
        ),
        ("1.0", '+', "1", "2"),
        ("1e2", '+', "0", "100"),
        ("1.5e1", '+', "1", "16"),
        ("1e30", '+', "1", "1000000000000000000000000000001"),
        ("1e30", '*', "1.5", "1500000000000000000000000000000"),
        ("1e30", '/', "3", "333333333333333333340000000000"),
        ("1e30", '/', "1e29", "10.000000000000000001"),
        ("1e22", '/', "7", "1428571428571428571400"),
        ("1e19", '/', "1e1", "1000000000000000000"),
        ("1e400", '/', "1e399", "10"),
        ("1", '/', "1e400", "1e-400"),
        ("1e-30", '*', "1", "1e-30"),
        (
            "-1e-20000",
            '*',
            "1e-20000",
            "-1.0000000000000000001e-40000",
        ),
        ("1e-30000", '/', "3", "3.3333333333333333334e-30001"),
        ("100000000000000000000", '/', "3", "33333333333333333334"),
        ("0", '-', "0.0", "0"),
        ("-0.0", '+', "0", "0"),
        ("0", '*', "-1.5", "-0"),
        ("0", '/', "-5", "-0"),
        ("0", '*', "-5", "0"),
        ("0.0", '/', "-1.5", "-0"),
        ("1234567.0", '+', "0.5", "1.2345675e+06"),
        ("12345678901.5", '+', "1", "1.23456789025e+10"),
        ("999999.5", '+', "0", "999999.5"),
        ("1000000.5", '+', "0", "1.0000005e+06"),
        ("100000.25", '*', "10", "1.0000025e+06"),
        ("1e15", '+', "0.3", "1.0000000000000003e+15"),
        ("0.00001", '+', "0.00001", "2e-05"),
        ("0.0001", '+', "0.0001", "0.0002"),
        ("0.3", '-', "0.1", "0.20000000000000000002"),
        ("1.1", '+', "2.2", "3.3000000000000000002"),
        ("0.1", '*', "0.1", "0.010000000000000000001"),
        ("0.1", '*', "3", "0.3"),
        ("1.005", '*', "1000", "1005"),
        ("4.35", '*', "100", "435"),
        ("3.14159", '*', "2", "6.28318"),
        ("1.5", '*', "2", "3"),
        ("0.5", '+', "0.5", "1"),
        ("2.5", '-', "2.5", "0"),
        ("-1.5", '+', "0.25", "-1.25"),
        ("1", '/', "1024", "0.0009765625"),
        ("100", '/', "3", "33.333333333333333332"),
        ("5", '%', "2", "1"),
        ("-5", '%', "3", "-2"),
        ("5", '%', "-3", "2"),
        ("5.0", '%', "2", "1"),
        ("-5.0", '%', "3", "-2"),
        ("1e1", '%', "3", "1"),
        ("1e30", '%', "7", "1"),
        ("123456789012345678901234567890", '%', "7.0", "0"),
        ("0", '%', "-5", "0"),
        ("-9223372036854775808", '%', "-1", "0"),
        ("-9223372036854775808", '/', "-1", "9223372036854775808"),
    ];
    for (a, op, b, expected) in cases {
        let f: Binary = match op {
            '+' => number::add,
            '-' => number::sub,
            '*' => number::mul,
            '/' => number::div,
            _ => number::rem,
        };
        assert_eq!(binary(f, a, b).as_deref(), Ok(*expected), "{a} {op} {b}");
    }
}

#[test]
fn division_and_remainder_fail_as_in_opa() {
    let cases: &[(Binary, &str, &str, Error)] = &[
        (number::div, "1", "0", Error::DivideByZero),
        (number::div, "1.5", "0", Error::DivideByZero),
        (number::div, "0", "0", Error::DivideByZero),
        (number::div, "1", "0.0", Error::DivideByZero),
        (number::div, "1e30", "0", Error::DivideByZero),
        (number::rem, "5", "0", Error::ModuloByZero),
        (number::rem, "1e30", "0.0", Error::ModuloByZero),
        (number::rem, "5.5", "2", Error::ModuloOnFloat),
        (number::rem, "5", "2.5", Error::ModuloOnFloat),
        (number::rem, "5.5", "0", Error::ModuloOnFloat),
    ];
    for (op, a, b, error) in cases {
        assert_eq!(binary(*op, a, b), Err(*error), "{a} {b}");
    }
}

#[test]
fn operands_must_be_numbers() {
    let mut heap = Heap::new();
    let text = heap.string("1");
    let one = heap.integer(1);
    for op in [
        number::add,
        number::sub,
        number::mul,
        number::div,
        number::rem,
    ] {
        assert_eq!(op(&mut heap, text, one), Err(Error::NotANumber));
        assert_eq!(op(&mut heap, one, Value::NULL), Err(Error::NotANumber));
    }
    for op in [number::abs, number::ceil, number::floor, number::round] {
        assert_eq!(op(&mut heap, text), Err(Error::NotANumber));
    }
}

#[test]
fn rounding_gives_what_opa_gives() {
    let cases: &[(&str, Unary, &str, &str)] = &[
        ("abs", number::abs, "-5", "5"),
        ("abs", number::abs, "-5.50", "5.5"),
        ("abs", number::abs, "5.50", "5.5"),
        ("abs", number::abs, "-0", "0"),
        ("abs", number::abs, "-0.0", "0"),
        ("abs", number::abs, "1e2", "100"),
        (
            "abs",
            number::abs,
            "-9223372036854775808",
            "9223372036854775808",
        ),
        (
            "abs",
            number::abs,
            "-123456789012345678901234567890",
            "123456789012345678900000000000",
        ),
        ("ceil", number::ceil, "1.5", "2"),
        ("ceil", number::ceil, "-1.5", "-1"),
        ("ceil", number::ceil, "-0.4", "1"),
        ("ceil", number::ceil, "-0.5", "1"),
        ("ceil", number::ceil, "-1e-30", "1"),
        ("ceil", number::ceil, "0.4", "1"),
        ("ceil", number::ceil, "3.0", "3"),
        ("ceil", number::ceil, "-7", "-7"),
        ("ceil", number::ceil, "1e20", "100000000000000000000"),
        (
            "ceil",
            number::ceil,
            "9223372036854775807",
            "9223372036854775807",
        ),
        (
            "ceil",
            number::ceil,
            "123456789012345678901234567890",
            "123456789012345678899921813504",
        ),
        ("floor", number::floor, "1.5", "1"),
        ("floor", number::floor, "-1.5", "-2"),
        ("floor", number::floor, "-0.5", "0"),
        (
            "floor",
            number::floor,
            "12345678901234567890",
            "12345678901234567890",
        ),
        (
            "floor",
            number::floor,
            "12345678901234567890123.5",
            "12345678901234567889920",
        ),
        ("round", number::round, "2.5", "3"),
        ("round", number::round, "-2.5", "-3"),
        ("round", number::round, "1.4", "1"),
        ("round", number::round, "0.5", "1"),
        ("round", number::round, "-0.5", "-1"),
        ("round", number::round, "-0.4", "0"),
        ("round", number::round, "1e2", "100"),
        ("round", number::round, "0.49999999999999999", "0"),
        ("round", number::round, "0.5000000000001", "1"),
        (
            "round",
            number::round,
            "9007199254740993",
            "9007199254740993",
        ),
        (
            "round",
            number::round,
            "9223372036854775809",
            "9223372036854775810",
        ),
        (
            "round",
            number::round,
            "123456789012345678901234567890",
            "123456789012345678899921813504",
        ),
    ];
    for (name, op, operand, expected) in cases {
        let mut heap = Heap::new();
        let v = heap.number(operand).unwrap();
        let result = op(&mut heap, v).map(|v| heap.number_text(v));
        assert_eq!(result.as_deref(), Ok(*expected), "{name}({operand})");
    }
}

#[test]
fn literals_keep_their_spelling() {
    for text in [
        "0",
        "-0",
        "-0.0",
        "1",
        "-1",
        "1e2",
        "1E+2",
        "3.0",
        "1.10",
        "0e10",
        "1073741823",
        "1073741824",
        "-1073741824",
        "-1073741825",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "36893488147419103233",
        "1e30102",
        "1e-30103",
        "100e30100",
        "0.0001e30106",
    ] {
        let mut heap = Heap::new();
        let v = heap
            .number(text)
            .unwrap_or_else(|| panic!("{text} is a number"));
        assert_eq!(heap.number_text(v), text);
    }
}

#[test]
fn what_is_no_number_or_out_of_range_is_refused() {
    for text in [
        "",
        "-",
        "+1",
        "01",
        "-01",
        ".5",
        "1.",
        "1e",
        "1e+",
        "1.e1",
        "0x10",
        "1_000",
        " 1",
        "1 ",
        "Inf",
        "NaN",
        "1e30103",
        "1e-30104",
        "1e400000",
        "1e-99999999999999999999",
        "1e99999999999999999999",
        "--1",
    ] {
        assert_eq!(Heap::new().number(text), None, "{text}");
    }
}

#[test]
fn small_integers_are_words_and_large_ones_cells() {
    let mut heap = Heap::new();
    let small = heap.number("1073741823").unwrap();
    let large = heap.number("1073741824").unwrap();
    assert!(!small.is_cell());
    assert!(large.is_cell());
    assert_eq!(heap.as_i64(large), Some(1_073_741_824));
    let least = heap.integer(i64::MIN);
    assert_eq!(heap.as_i64(least), Some(i64::MIN));
}

#[test]
fn numbers_compare_by_value() {
    // Ascending; those of one row are equal.
    let rows: &[&[&str]] = &[
        &["-1e30000"],
        &["-123456789012345678901234567891"],
        &[
            "-123456789012345678901234567890",
            "-123456789012345678901234567890.0",
        ],
        &["-9223372036854775809"],
        &["-9223372036854775808", "-9223372036854775808.00"],
        &["-1.5", "-15e-1"],
        &["-1"],
        &["-1e-30000"],
        &["0", "-0", "0.0", "-0.0", "0e10", "0e99999"],
        &["1e-30000"],
        &["0.1", "1e-1", "0.10"],
        &["0.10000000000000000000000000000000000001"],
        &["1", "1.0", "1e0", "10e-1", "0.1e1"],
        &["1.5"],
        &["9007199254740992"],
        &["9007199254740993", "9007199254740993.0"],
        &["9223372036854775807"],
        &["9223372036854775808", "9.223372036854775808e18"],
        &["100000000000000000000", "1e20", "1E+20"],
        &["100000000000000000000.5"],
        &["1e30000"],
    ];
    let mut heap = Heap::new();
    let values: Vec<(usize, &str, Value)> = rows
        .iter()
        .enumerate()
        .flat_map(|(row, texts)| texts.iter().map(move |t| (row, *t)))
        .map(|(row, t)| (row, t, heap.number(t).unwrap()))
        .collect();
    for (row, text, v) in &values {
        for (other_row, other_text, other) in &values {
            let order = heap.compare(*v, *other);
            assert_eq!(order, row.cmp(other_row), "{text} {other_text}");
            let equal = order == Ordering::Equal;
            assert_eq!(heap.equal(*v, *other), equal, "{text} {other_text}");
            if equal {
                assert_eq!(heap.hash(*v), heap.hash(*other), "{text} {other_text}");
            }
        }
    }
}

#[test]
fn integers_of_any_spelling_are_read() {
    let cases: &[(&str, Option<i64>, Option<i64>, bool)] = &[
        ("1", Some(1), Some(1), true),
        ("1.0", Some(1), Some(1), true),
        ("-0.0", Some(0), Some(0), true),
        ("1e2", Some(100), None, true),
        ("10e-1", Some(1), None, true),
        ("1.5", None, None, false),
        ("1e-1", None, None, false),
        ("9223372036854775808", None, None, true),
        ("-9223372036854775808", Some(i64::MIN), Some(i64::MIN), true),
        ("1e30000", None, None, true),
    ];
    for (text, value, index, integer) in cases {
        let mut heap = Heap::new();
        let v = heap.number(text).unwrap();
        assert_eq!(heap.as_i64(v), *value, "{text}");
        assert_eq!(heap.as_index(v), *index, "{text}");
        assert_eq!(heap.is_integer(v), *integer, "{text}");
    }
}

#[test]
fn extreme_numbers_are_refused_before_they_take_long() {
    let mut heap = Heap::new();
    let mut v = heap.number("1e30000").unwrap();
    let mut last = Ok(v);
    for _ in 0..8 {
        last = number::mul(&mut heap, v, v);
        match last {
            Ok(next) => v = next,
            Err(_) => break,
        }
    }
    assert_eq!(last, Err(Error::TooBig));
    let mut v = heap.number("1.5e-30000").unwrap();
    for _ in 0..8 {
        last = number::mul(&mut heap, v, v);
        match last {
            Ok(next) => v = next,
            Err(_) => break,
        }
    }
    assert_eq!(last, Err(Error::TooBig));
    let long = heap.number(&"9".repeat(300_000)).unwrap();
    assert_eq!(number::add(&mut heap, long, long), Err(Error::TooBig));
}
