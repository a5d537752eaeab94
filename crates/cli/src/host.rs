//! What policies run in: what they may use, and the engine with its cache.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kpol_compiler::artifact::Artifact;
use kpol_compiler::capabilities::Capabilities;
use kpol_compiler::resolve;
use kpol_engine::{BuiltinOptions, Engine, EngineOptions, Policy, Standard};

use crate::args::NetArgs;
use crate::configs::{self, Configs};
use crate::exit::CommandError;

/// What policies may use: all that there is, or what a capabilities file allows.
pub(crate) fn front(capabilities: Option<&Path>) -> Result<resolve::Options, CommandError> {
    let mut builtins = configs::declare(kpol_engine::standard_builtins());
    if let Some(file) = capabilities {
        let name = file.display().to_string();
        let failed = |error: String| CommandError::Plain(format!("`{name}`: {error}"));
        let text = std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
        let allowed =
            Capabilities::parse(&name, &text).map_err(|error| failed(error.to_string()))?;
        builtins = builtins.restricted(Arc::new(allowed));
    }
    Ok(resolve::Options {
        builtins,
        ..resolve::Options::default()
    })
}

/// Loads a compiled policy, with the cache of compiled code.
pub(crate) fn load(
    artifact: &Artifact,
    net: &NetArgs,
    compat: bool,
    front: &resolve::Options,
) -> Result<Policy, CommandError> {
    loaded_by(&engine(net, compat, front)?, artifact)
}

pub(crate) fn loaded_by(engine: &Engine, artifact: &Artifact) -> Result<Policy, CommandError> {
    engine
        .load(artifact)
        .map_err(|error| CommandError::Plain(format!("{error} [{}]", error.code())))
}

/// An engine with the cache of compiled code. As in conftest, policies may then ask any host.
pub(crate) fn engine(
    net: &NetArgs,
    compat: bool,
    front: &resolve::Options,
) -> Result<Engine, CommandError> {
    let capabilities = front.builtins.capabilities();
    let mut allow_net = allow_net(net, capabilities.and_then(|own| own.allow_net.as_deref()));
    if compat && allow_net.is_empty() && capabilities.is_none() {
        allow_net.push("*".to_owned());
    }
    let builtins = Standard::new(BuiltinOptions { allow_net });
    Engine::new(EngineOptions {
        cache: cache_folder(),
        builtins: Arc::new(Configs::new(builtins)),
        precompiled: Some(kpol_precompiled::library()),
        ..EngineOptions::default()
    })
    .map_err(|error| CommandError::Plain(error.to_string()))
}

/// The hosts that may be asked: those of the command line, those of the capabilities file, or those in both.
pub(crate) fn allow_net(net: &NetArgs, capabilities: Option<&[String]>) -> Vec<String> {
    let Some(capabilities) = capabilities else {
        return net.allow_net.clone();
    };
    let all = |hosts: &[String]| hosts.iter().any(|host| host == "*");
    if net.allow_net.is_empty() || all(&net.allow_net) {
        return capabilities.to_vec();
    }
    let both = |host: &&String| all(capabilities) || capabilities.contains(host);
    net.allow_net.iter().filter(both).cloned().collect()
}

/// Where compiled code is kept: `KPOL_CACHE_DIR` (empty for nowhere), else the user's cache folder.
fn cache_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("KPOL_CACHE_DIR") {
        return (!folder.is_empty()).then(|| PathBuf::from(folder));
    }
    let base = std::env::var_os("XDG_CACHE_HOME")
        .filter(|base| !base.is_empty())
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))?;
    Some(base.join("kpol"))
}
