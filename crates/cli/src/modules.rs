//! Policy modules that look at one object each and say whether it may pass: Kubewarden's, and those of kpol's SDK.

mod host;
mod judge;
mod session;
mod settings;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use kpol_engine::{
    Engine, EntryId, ForeignPolicy, GuestModule, GuestProtocol, Limits, LoadError, OpaModule,
};
use kpol_kubewarden::{Allowed, Cluster, Metadata, Mode, SettingsVerdict};

use self::host::Host;
pub(crate) use self::judge::{Judged, ModuleWorker, Unjudged};
use crate::exit::CommandError;
use crate::metadata::About;

/// What modules that judge objects are given.
#[derive(Debug, clap::Args)]
pub(crate) struct ModuleArgs {
    /// Settings for the modules (YAML or JSON), or for one of several; may be given many times. A resource of Kubewarden
    /// (`ClusterAdmissionPolicy`) brings its settings and rules.
    #[arg(long, value_name = "[MODULE=]FILE", requires = "module")]
    settings: Vec<String>,
    /// A host call that Kubewarden modules may make, such as `kubernetes/get_resource`, answered from the documents of
    /// the run; may be given many times. [default: none but `tracing/log`]
    #[arg(long, value_name = "NAMESPACE/OPERATION", value_delimiter = ',')]
    allow_host_call: Vec<String>,
}

impl ModuleArgs {
    /// Whether any of it is.
    pub(crate) fn are_given(&self) -> bool {
        !self.settings.is_empty() || !self.allow_host_call.is_empty()
    }
}

/// Loaded modules, shared by all workers.
pub(crate) struct Modules {
    pub(crate) modules: Vec<Module>,
    allowed: Allowed,
    /// The documents of the run, once somebody asks for them.
    cluster: OnceLock<Arc<Cluster>>,
}

/// A loaded module.
pub(crate) struct Module {
    /// What its findings are called: the policy's title, else the file's name.
    pub(crate) name: String,
    /// Its file as it was named.
    pub(crate) file: String,
    pub(crate) metadata: Metadata,
    /// A JSON text.
    settings: String,
    kind: Kind,
}

/// Who calls it, and how.
enum Kind {
    /// Kubewarden, in one of its two ways.
    Guest(GuestModule),
    /// Kubewarden, with OPA inside.
    Rego(OpaModule, EntryId),
    /// kpol's SDK.
    Own(ForeignPolicy),
}

/// Whether a module is one of these. Nothing else of it is looked at.
pub(crate) fn is_one(wasm: &[u8]) -> bool {
    let of_rego = || {
        matches!(
            Metadata::of(wasm),
            Ok(Some(Metadata {
                execution_mode: Mode::Opa | Mode::Gatekeeper,
                ..
            }))
        )
    };
    ForeignPolicy::is_one(wasm)
        || GuestModule::protocol_of(wasm).is_some()
        || (OpaModule::is_one(wasm) && of_rego())
}

impl Modules {
    /// Loads modules, and asks each what it thinks of its settings.
    pub(crate) fn load(
        engine: &Engine,
        files: Vec<(String, Vec<u8>)>,
        args: &ModuleArgs,
        limits: Limits,
    ) -> Result<Modules, CommandError> {
        let allowed = Allowed::new(&args.allow_host_call)
            .map_err(|error| CommandError::Plain(format!("--allow-host-call: {error}")))?;
        let names: Vec<&str> = files.iter().map(|file| file.0.as_str()).collect();
        let mut given = settings::read(&args.settings, &names)?.into_iter();
        let mut modules: Vec<Module> = Vec::with_capacity(files.len());
        for (file, wasm) in files {
            let mut module = Module::load(engine, &file, &wasm)?;
            let mut stem = stem(&file);
            if modules.iter().any(|other| other.name == module.name) {
                // Two versions of one policy, say.
                std::mem::swap(&mut module.name, &mut stem);
            }
            if modules.iter().any(|other| other.name == module.name) {
                module.name.clone_from(&module.file);
            }
            if let Some(settings) = given.next().flatten() {
                module.take(settings)?;
            }
            module.prepare(&allowed, limits)?;
            modules.push(module);
        }
        Ok(Modules {
            modules,
            allowed,
            cluster: OnceLock::new(),
        })
    }

    /// Whether any of them may look at the documents of the run.
    pub(crate) fn look_at_others(&self) -> bool {
        !self.allowed.is_empty()
    }
}

impl Module {
    fn load(engine: &Engine, file: &str, wasm: &[u8]) -> Result<Module, CommandError> {
        let plain = |error: String| CommandError::Plain(format!("{file}: {error}"));
        let refused = |error: LoadError| plain(format!("{error} [{}]", error.code()));
        let metadata =
            Metadata::of(wasm).map_err(|error| plain(format!("{error} [{}]", error.code())))?;
        let annotated = metadata.is_some();
        let metadata = metadata.unwrap_or_default();
        let kind = if ForeignPolicy::is_one(wasm) {
            Kind::Own(ForeignPolicy::load(engine, wasm).map_err(refused)?)
        } else if OpaModule::is_one(wasm) {
            let module = OpaModule::load(engine, wasm).map_err(refused)?;
            let mut entries = module.entrypoints().map(|(id, _)| id);
            let (Some(entry), None) = (entries.next(), entries.next()) else {
                drop(entries);
                let known: Vec<&str> = module.entrypoints().map(|entry| entry.1).collect();
                return Err(plain(format!(
                    "a policy of Kubewarden has one entrypoint, this one {}: {}",
                    known.len(),
                    known.join(", ")
                )));
            };
            drop(entries);
            Kind::Rego(module, entry)
        } else {
            let protocol = GuestModule::protocol_of(wasm).unwrap_or(GuestProtocol::Wapc);
            let protocol = match metadata.execution_mode {
                Mode::Wasi => GuestProtocol::Command,
                Mode::KubewardenWapc if annotated => GuestProtocol::Wapc,
                _ => protocol,
            };
            Kind::Guest(GuestModule::load(engine, wasm, protocol).map_err(refused)?)
        };
        let name = match (&kind, metadata.annotation("title")) {
            (_, Some(title)) => title.to_owned(),
            (_, None) => stem(file),
        };
        Ok(Module {
            name,
            file: file.to_owned(),
            metadata,
            settings: "{}".to_owned(),
            kind,
        })
    }

    /// Takes settings, and rules if there are some.
    fn take(&mut self, given: settings::Given) -> Result<(), CommandError> {
        self.settings = given.settings;
        if let Some(rules) = given.rules {
            self.metadata
                .set_rules(rules)
                .map_err(|error| CommandError::Plain(format!("{}: {error}", given.file)))?;
        }
        Ok(())
    }

    /// Asks the module for its protocol, if it does not say, and for what it thinks of its settings.
    fn prepare(&mut self, allowed: &Allowed, limits: Limits) -> Result<(), CommandError> {
        let file = self.file.clone();
        let plain = |error: String| CommandError::Plain(format!("{file}: {error}"));
        let settings = self.settings.clone();
        match &mut self.kind {
            Kind::Own(policy) => {
                let none = settings == "{}";
                if !none || policy.is_configurable() {
                    let settings = if none { "null" } else { &settings };
                    policy.configure(settings, limits).map_err(|error| {
                        plain(format!("its settings are not valid: {}", error.message))
                    })?;
                }
            }
            Kind::Rego(..) => {
                let kinds = &self.metadata.context_aware_resources;
                if !kinds.is_empty() && !allowed.has("kubernetes/list_resources_all") {
                    let kinds: Vec<&str> = kinds.iter().map(|one| one.kind.as_str()).collect();
                    return Err(CommandError::Help(
                        format!(
                            "{file}: it looks at objects of the cluster: {}",
                            kinds.join(", ")
                        ),
                        "`--allow-host-call kubernetes/list_resources_all` gives it the documents of the run"
                            .to_owned(),
                    ));
                }
            }
            Kind::Guest(module) => {
                let host: Arc<dyn kpol_engine::Capabilities> = Arc::new(Host::without_cluster());
                if module.protocol() == GuestProtocol::Wapc
                    && self.metadata.protocol_version.is_none()
                {
                    let answer = module
                        .call("protocol_version", Vec::new(), &host, limits)
                        .answer
                        .map_err(|error| plain(format!("`protocol_version`: {error}")))?;
                    Metadata::check_protocol(&answer).map_err(|error| plain(error.to_string()))?;
                }
                let operation = match module.protocol() {
                    GuestProtocol::Wapc => "validate_settings",
                    GuestProtocol::Command => "validate-settings",
                };
                let outcome = module.call(operation, settings.into_bytes(), &host, limits);
                let answer = outcome.answer.map_err(|error| {
                    plain(format!("its settings could not be checked: {error}"))
                })?;
                if let Some(denied) = outcome.denied.first() {
                    return Err(plain(denied.clone()));
                }
                let verdict = SettingsVerdict::read(&answer)
                    .map_err(|error| plain(format!("`{operation}`: {error}")))?;
                if !verdict.valid {
                    let reason = verdict.message.unwrap_or("it does not say why".to_owned());
                    return Err(plain(format!("its settings are not valid: {reason}")));
                }
            }
        }
        Ok(())
    }

    /// What it says about itself.
    pub(crate) fn about(&self) -> About {
        let text = |name| self.metadata.annotation(name).map(str::to_owned);
        About {
            id: Some(self.name.clone()),
            title: text("title").filter(|title| *title != self.name),
            description: text("description"),
            severity: text("severity"),
            links: text("url").into_iter().collect(),
            ..About::default()
        }
    }
}

/// A file's name without the ending.
fn stem(file: &str) -> String {
    let stem = Path::new(file).file_stem();
    stem.map_or_else(
        || file.to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

/// Reads compiled modules, with the names to call them by.
pub(crate) fn read(files: &[PathBuf]) -> Result<Vec<(String, Vec<u8>)>, CommandError> {
    files
        .iter()
        .map(|file| crate::session::read_module(file))
        .collect()
}
