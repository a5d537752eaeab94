//! A small host of modules with OPA's ABI, and a way from Rego to such a module.

use std::collections::BTreeMap;

use kpol_compiler::{artifact::Artifact, compile, plan};
use kpol_diagnostics::SourceMap;
use kpol_portable::Options;
use kpol_syntax::ast::RegoVersion;
use wasmtime::{
    AsContext, AsContextMut, Caller, Engine, Extern, Linker, Memory, MemoryType, Module, Store,
};

/// Compiles the rules `a/x` of a text.
pub(crate) fn artifact(text: &str, entrypoints: &[&str]) -> Artifact {
    let mut sources = SourceMap::new();
    let id = sources.add("policy.rego", text);
    let (module, errors) = kpol_syntax::parse_module(id, text, RegoVersion::V1);
    assert!(errors.is_empty(), "{errors:?}");
    let entrypoints = entrypoints
        .iter()
        .map(|path| path.split('/').map(str::to_owned).collect())
        .collect();
    let options = compile::Options {
        plan: plan::Options {
            entrypoints,
            ..plan::Options::default()
        },
        ..compile::Options::default()
    };
    let modules: Vec<_> = module.into_iter().collect();
    compile::compile(&modules, &[], &sources, &options).unwrap_or_else(|e| panic!("{e:?}"))
}

/// A portable module of a text.
pub(crate) fn module(text: &str, entrypoints: &[&str], options: Options) -> Vec<u8> {
    kpol_portable::build(&artifact(text, entrypoints), &options).unwrap_or_else(|e| panic!("{e}"))
}

/// What the module told its host.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) aborted: Option<String>,
    pub(crate) printed: Vec<String>,
    /// Calls of builtins, by number, with the JSON of arguments.
    pub(crate) called: Vec<(u32, Vec<String>)>,
    /// What builtins answer, by number.
    pub(crate) answers: BTreeMap<u32, String>,
    max_memory: Option<usize>,
}

impl wasmtime::ResourceLimiter for State {
    fn memory_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.max_memory.is_none_or(|max| desired <= max))
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

/// A running module.
pub(crate) struct Host {
    pub(crate) store: Store<State>,
    instance: wasmtime::Instance,
    pub(crate) memory: Memory,
}

impl Host {
    pub(crate) fn new(wasm: &[u8]) -> Host {
        Host::with_memory(wasm, None).unwrap_or_else(|e| panic!("{e:?}"))
    }

    /// A host that gives so many bytes of memory.
    pub(crate) fn with_memory(wasm: &[u8], max_memory: Option<usize>) -> Result<Host, String> {
        let engine = Engine::default();
        let module = Module::new(&engine, wasm).map_err(|e| format!("{e:?}"))?;
        let state = State {
            max_memory,
            ..State::default()
        };
        let mut store = Store::new(&engine, state);
        store.limiter(|state| state);
        // What SDKs give, whatever the module says.
        let memory = Memory::new(&mut store, MemoryType::new(5, None)).unwrap();
        let mut linker = Linker::new(&engine);
        linker.define(&store, "env", "memory", memory).unwrap();
        linker
            .func_wrap(
                "env",
                "opa_abort",
                move |mut caller: Caller<'_, State>, at: u32| {
                    let text = text(&caller, memory, at);
                    caller.data_mut().aborted = Some(text);
                    Err::<(), _>(wasmtime::format_err!("aborted"))
                },
            )
            .unwrap();
        linker
            .func_wrap(
                "env",
                "opa_println",
                move |mut caller: Caller<'_, State>, at: u32| {
                    let text = text(&caller, memory, at);
                    caller.data_mut().printed.push(text);
                },
            )
            .unwrap();
        let e = || wasmtime::ValType::I32;
        for args in 0..5 {
            let kind = wasmtime::FuncType::new(&engine, (0..args + 2).map(|_| e()), [e()]);
            linker
                .func_new(
                    "env",
                    &format!("opa_builtin{args}"),
                    kind,
                    move |mut caller, params, results| {
                        let number = params[0].unwrap_i32().cast_unsigned();
                        let mut texts = Vec::new();
                        for param in &params[2..] {
                            let at = call(&mut caller, "opa_json_dump", &[param.unwrap_i32()])?;
                            texts.push(text(&caller, memory, at.cast_unsigned()));
                        }
                        caller.data_mut().called.push((number, texts));
                        let answer = caller.data().answers.get(&number).cloned();
                        let value = match answer {
                            Some(answer) => {
                                let len = answer.len() as i32;
                                let at = call(&mut caller, "opa_malloc", &[len])?;
                                memory.write(&mut caller, at as usize, answer.as_bytes())?;
                                call(&mut caller, "opa_json_parse", &[at, len])?
                            }
                            None => 0,
                        };
                        results[0] = value.into();
                        Ok(())
                    },
                )
                .unwrap();
        }
        match linker.instantiate(&mut store, &module) {
            Ok(instance) => Ok(Host {
                store,
                instance,
                memory,
            }),
            Err(error) => Err(store
                .data_mut()
                .aborted
                .take()
                .unwrap_or(format!("{error:?}"))),
        }
    }

    /// Calls an export that returns a word.
    pub(crate) fn call(&mut self, name: &str, args: &[u32]) -> Result<u32, String> {
        let function = self.instance.get_func(&mut self.store, name).expect(name);
        let args: Vec<wasmtime::Val> = args.iter().map(|a| a.cast_signed().into()).collect();
        let results = function.ty(&self.store).results().len();
        let mut out = vec![wasmtime::Val::I32(0); results];
        match function.call(&mut self.store, &args, &mut out) {
            Ok(()) => Ok(out.first().map_or(0, |v| v.unwrap_i32().cast_unsigned())),
            Err(error) => {
                let aborted = self.store.data_mut().aborted.take();
                Err(aborted.unwrap_or_else(|| format!("{error:?}")))
            }
        }
    }

    pub(crate) fn global(&mut self, name: &str) -> i32 {
        let global = self.instance.get_global(&mut self.store, name).expect(name);
        global.get(&mut self.store).unwrap_i32()
    }

    pub(crate) fn text(&self, at: u32) -> String {
        text(&self.store, self.memory, at)
    }

    pub(crate) fn write(&mut self, at: u32, bytes: &[u8]) {
        let end = at as usize + bytes.len();
        let size = self.memory.data_size(&self.store);
        if end > size {
            let pages = (end - size).div_ceil(1 << 16) as u64;
            self.memory.grow(&mut self.store, pages).unwrap();
        }
        self.memory
            .write(&mut self.store, at as usize, bytes)
            .unwrap();
    }

    /// Has the module parse a text.
    pub(crate) fn parse(&mut self, how: &str, text: &str) -> u32 {
        let len = text.len() as u32;
        let at = self.call("opa_malloc", &[len]).unwrap();
        self.write(at, text.as_bytes());
        let value = self.call(how, &[at, len]).unwrap();
        self.call("opa_free", &[at]).unwrap();
        value
    }

    /// The JSON of a value.
    pub(crate) fn json(&mut self, value: u32) -> String {
        let at = self.call("opa_json_dump", &[value]).unwrap();
        let text = self.text(at);
        self.call("opa_free", &[at]).unwrap();
        text
    }

    /// One call, the way OPA's SDKs do it: the input is written where the heap begins.
    pub(crate) fn eval(
        &mut self,
        entry: u32,
        data: u32,
        heap: u32,
        input: &str,
    ) -> Result<String, String> {
        self.write(heap, input.as_bytes());
        let len = input.len() as u32;
        let at = self.call("opa_eval", &[0, entry, data, heap, len, heap + len, 0])?;
        Ok(self.text(at))
    }

    /// An evaluation in steps.
    pub(crate) fn eval_in_steps(
        &mut self,
        entry: u32,
        data: u32,
        input: u32,
    ) -> Result<u32, String> {
        let ctx = self.call("opa_eval_ctx_new", &[])?;
        self.call("opa_eval_ctx_set_input", &[ctx, input])?;
        self.call("opa_eval_ctx_set_data", &[ctx, data])?;
        self.call("opa_eval_ctx_set_entrypoint", &[ctx, entry])?;
        self.call("eval", &[ctx])?;
        self.call("opa_eval_ctx_get_result", &[ctx])
    }
}

fn text(store: impl AsContext, memory: Memory, at: u32) -> String {
    let bytes = memory.data(&store).get(at as usize..).unwrap_or_default();
    let end = bytes.iter().position(|b| *b == 0).unwrap_or_default();
    String::from_utf8(bytes[..end].to_vec()).unwrap()
}

fn call(caller: &mut Caller<'_, State>, name: &str, args: &[i32]) -> wasmtime::Result<i32> {
    let Some(Extern::Func(function)) = caller.get_export(name) else {
        wasmtime::bail!("no {name}");
    };
    let args: Vec<wasmtime::Val> = args.iter().map(|a| (*a).into()).collect();
    let mut out = [wasmtime::Val::I32(0)];
    function.call(caller.as_context_mut(), &args, &mut out)?;
    Ok(out[0].unwrap_i32())
}
