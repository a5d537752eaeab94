use kpol_diagnostics::SourceMap;
use kpol_rbac::*;
#[test]
fn dump() {
    for dir in std::env::var("DUMPS")
        .unwrap_or_default()
        .split(':')
        .filter(|d| !d.is_empty())
    {
        println!("== {dir}");
        let mut sources = SourceMap::new();
        let mut objects = Objects::default();
        let mut files: Vec<_> = if std::path::Path::new(dir).is_file() {
            vec![dir.into()]
        } else {
            std::fs::read_dir(dir)
                .unwrap()
                .map(|f| f.unwrap().path())
                .collect()
        };
        files.sort();
        for f in files {
            if f.is_dir() || f.extension().is_none_or(|e| e != "yaml" && e != "json") {
                continue;
            }
            for d in
                kpol_input::read_path(&mut sources, &f, &kpol_input::Options::default()).unwrap()
            {
                if let Err(e) = objects.add(&d) {
                    println!("{e:?}");
                }
            }
        }
        let cluster = Cluster::new(objects, Options::default());
        for f in audit::audit(&cluster) {
            let span = cluster.span(f.place);
            println!(
                "{}:{} {} {}: {}",
                sources.name(span.source).rsplit('/').next().unwrap(),
                sources.line_col(span).line,
                f.severity.as_str(),
                f.check.id,
                f.message
            );
        }
    }
}
#[test]
fn paths() {
    for dir in std::env::var("DUMPS")
        .unwrap_or_default()
        .split(':')
        .filter(|d| !d.is_empty())
    {
        println!("== {dir}");
        let mut sources = SourceMap::new();
        let mut objects = Objects::default();
        let mut files: Vec<_> = if std::path::Path::new(dir).is_file() {
            vec![dir.into()]
        } else {
            std::fs::read_dir(dir)
                .unwrap()
                .map(|f| f.unwrap().path())
                .collect()
        };
        files.sort();
        for f in files {
            if f.is_dir() || f.extension().is_none_or(|e| e != "yaml" && e != "json") {
                continue;
            }
            for d in
                kpol_input::read_path(&mut sources, &f, &kpol_input::Options::default()).unwrap()
            {
                if let Err(e) = objects.add(&d) {
                    println!("{e:?}");
                }
            }
        }
        let cluster = Cluster::new(objects, Options::default());
        let graph = graph::Graph::new(&cluster);
        let starts = graph.starts();
        let searches: Vec<_> = starts.iter().map(|s| graph.search(s, &[])).collect();
        let mut all = vec![];
        for (s, found) in starts.iter().zip(&searches) {
            for g in graph::Node::GOALS {
                let Some(path) = found.path(&g) else { continue };
                println!(
                    "{s} => {g}: {}",
                    path.iter()
                        .map(|h| format!(
                            "{} {} => {} [{}]",
                            h.technique.id(),
                            h.words,
                            h.to,
                            h.grants
                                .iter()
                                .map(|x| graph.grant_words(*x))
                                .collect::<Vec<_>>()
                                .join("; ")
                        ))
                        .collect::<Vec<_>>()
                        .join(" | ")
                );
                println!(
                    "    cut {:?}",
                    graph.cut(s, &[], &g, found).map(|c| c
                        .bindings
                        .iter()
                        .map(|b| cluster.binding(*b).unwrap().to_string())
                        .collect::<Vec<_>>())
                );
                all.push(path);
            }
        }
        std::fs::write("/tmp/rbac.svg", graph.svg(&all)).unwrap();
        std::fs::write("/tmp/rbac.dot", graph.dot(&all)).unwrap();
    }
}
