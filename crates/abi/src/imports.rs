//! The functions that a compiled policy imports from the runtime, all over 32-bit words.

macro_rules! imports {
    ($($(#[$doc:meta])* $variant:ident = $name:literal ($($param:ident),*) $(-> $result:ident)?;)*) => {
        /// A function of the runtime that compiled code calls.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u32)]
        pub enum RuntimeFn { $($(#[$doc])* $variant,)* }

        impl RuntimeFn {
            /// All of them, in order.
            pub const ALL: &'static [RuntimeFn] = &[$(RuntimeFn::$variant),*];

            /// The name that it is exported and imported under.
            #[must_use]
            pub const fn name(self) -> &'static str { match self { $(RuntimeFn::$variant => $name),* } }

            /// The number of its parameters.
            #[must_use]
            pub const fn params(self) -> usize { match self { $(RuntimeFn::$variant => imports!(@count $($param)*)),* } }

            /// Whether it returns a word.
            #[must_use]
            pub const fn returns(self) -> bool { match self { $(RuntimeFn::$variant => imports!(@ret $($result)?)),* } }
        }
    };
    (@count) => { 0 };
    (@count $head:ident $($tail:ident)*) => { 1 + imports!(@count $($tail)*) };
    (@ret) => { false };
    (@ret $r:ident) => { true };
}

imports! {
    /// Structural equality: 1 or 0. Both operands are defined.
    Equal = "eq" (a, b) -> i;
    /// Rego's total order: -1, 0 or 1 (signed). Both operands are defined.
    Compare = "cmp" (a, b) -> i;
    /// `src[key]`: the value of an object's key, an array's item, a set's member; undefined where there is none
    /// or where `src` is no collection.
    Dot = "dot" (src, key) -> v;
    /// The same for a key that is known to be an interned string.
    DotString = "dot_str" (src, key) -> v;
    /// Makes `src` ready for iteration in order: returns `src` for an array, or a set or object (sorted in place
    /// if need be), 0 for anything else.
    Iterate = "iterate" (src) -> v;
    /// An empty array with room for `capacity` items.
    ArrayNew = "array_new" (capacity) -> v;
    /// Appends an item.
    ArrayPush = "array_push" (array, item);
    /// An empty set.
    SetNew = "set_new" () -> v;
    /// Adds a member; 1 where it is new, 0 where the set had it.
    SetAdd = "set_add" (set, item) -> i;
    /// An empty object.
    ObjectNew = "object_new" () -> v;
    /// Inserts a key, or keeps the present entry where its value is equal: 1; 0 where it has another value
    /// (a conflict).
    ObjectInsert = "object_insert" (object, key, value) -> i;
    /// Inserts a key or replaces its value.
    ObjectSet = "object_set" (object, key, value);
    /// `object` merged with `other`, deeply: a key of `object` wins unless both values are objects. Where one of
    /// them is undefined, the other. Neither operand is changed.
    Merge = "merge" (object, other) -> v;
    /// A copy of `document` in which the value at `path` (an array of keys) is `value`; missing or non-object
    /// parents become objects. `document` may be undefined.
    Patch = "patch" (document, path, value) -> v;
    /// Calls a builtin by number; `site` is its call site. Returns undefined on an error, or ends the evaluation
    /// in strict mode.
    Builtin0 = "builtin0" (builtin, site) -> v;
    /// With one argument.
    Builtin1 = "builtin1" (builtin, site, a) -> v;
    /// With two arguments.
    Builtin2 = "builtin2" (builtin, site, a, b) -> v;
    /// With three arguments.
    Builtin3 = "builtin3" (builtin, site, a, b, c) -> v;
    /// With four arguments.
    Builtin4 = "builtin4" (builtin, site, a, b, c, d) -> v;
    /// A region of `words` zeroed words in the arena (memo frames, override slots).
    Words = "words" (words) -> v;
    /// The items of `source` whose value below `path` (an array of keys) may be equal to `on`, as a collection with
    /// the same keys and values in order; `slot` is the address of the memo slot that keeps the index.
    Narrow = "narrow" (slot, source, path, on) -> v;
    /// The memo of a call with these arguments (0 for those that the function does not have) in the function's memo
    /// slot: the address of two words, the result and whether there is one.
    Memo = "memo" (slot, a, b, c, d) -> v;
    /// A new trace record with room for `slots` slots, linked into the trace list; returns its address. The
    /// caller fills the slots.
    Trace = "trace" (site, value, slots) -> v;
    /// Ends the evaluation with an error of `kind` at `site`; never returns.
    Fail = "fail" (kind, site);
    /// Prints an array of values, each in a set of one, or an empty set where it is undefined.
    Print = "print" (site, values);
}
