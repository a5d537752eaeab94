//! Writes the workloads into a folder: `workloads DIR [COUNT]`.
//!
//! * `policy/` holds the policy of seven rules, `one.yaml` one Deployment, `many.yaml` a stream of `COUNT` (2,000);
//! * `workloads/` holds each workload's policy and input, for a look or for other tools.

use std::path::PathBuf;
use std::{env, fs};

use kpol_benches::workload::Workload;
use kpol_benches::{Result, inputs};

fn main() -> Result<()> {
    let mut args = env::args().skip(1);
    let folder = PathBuf::from(args.next().ok_or("usage: workloads DIR [COUNT]")?);
    let count = args.next().map_or(Ok(2000), |count| count.parse())?;

    let (policy, workloads) = (folder.join("policy"), folder.join("workloads"));
    fs::create_dir_all(&policy)?;
    fs::create_dir_all(&workloads)?;
    fs::write(folder.join("one.yaml"), inputs::MANIFEST)?;
    fs::write(folder.join("many.yaml"), inputs::deployments(count))?;
    for workload in Workload::all() {
        let name = workload.name;
        if name == "seven_rules" {
            fs::write(policy.join(format!("{name}.rego")), &workload.policy)?;
        }
        fs::write(workloads.join(format!("{name}.rego")), &workload.policy)?;
        fs::write(workloads.join(format!("{name}.json")), &workload.input)?;
    }
    Ok(())
}
