//! What the processor of this machine is, as Linux tells it; nothing on other systems.

use std::fs;

use crate::results::Processor;

/// Vector extensions from wide to narrow, and the flags that make up each.
const VECTORS: [(&str, &[&str]); 7] = [
    (
        "avx512",
        &["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"],
    ),
    ("avx2", &["avx2", "fma"]),
    ("avx", &["avx"]),
    ("sse2", &["sse2"]),
    ("sve2", &["sve2"]),
    ("sve", &["sve"]),
    ("neon", &["asimd"]),
];

/// The processor of this machine.
pub(super) fn current() -> Option<Processor> {
    parse(&fs::read_to_string("/proc/cpuinfo").ok()?)
}

/// Identity of this start of the system, which containers on one machine share.
pub(super) fn boot_id() -> Option<String> {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned()).filter(|id| !id.is_empty())
}

/// The first processor of a `/proc/cpuinfo`, by the names of x86 and of ARM.
fn parse(cpuinfo: &str) -> Option<Processor> {
    let first = cpuinfo.split("\n\n").next()?;
    let value = |names: &[&str]| {
        first.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            names
                .contains(&name.trim())
                .then(|| value.trim().to_owned())
        })
    };
    let flags = value(&["flags", "Features"]).unwrap_or_default();
    let has = |flag: &&str| flags.split(' ').any(|found| found == *flag);
    let widest = VECTORS.iter().find(|(_, needed)| needed.iter().all(has));
    Some(Processor {
        vendor: value(&["vendor_id", "CPU implementer"])?,
        family: value(&["cpu family", "CPU architecture"])?,
        model: value(&["model", "CPU part"])?,
        stepping: value(&["stepping", "CPU revision"])?,
        vectors: widest.map_or("none", |(name, _)| name).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_of_one_name_are_told_apart() {
        let cpuinfo = |model: u8, flags: &str| {
            format!(
                "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: {model}\n\
                 model name\t: AMD EPYC\nstepping\t: 1\nflags\t\t: fpu sse2 {flags}\n\nprocessor\t: 1\n"
            )
        };
        let avx512 = "avx avx2 fma avx512f avx512bw avx512cd avx512dq avx512vl";
        let genoa = parse(&cpuinfo(17, avx512)).unwrap();
        let milan = parse(&cpuinfo(1, "avx avx2 fma")).unwrap();
        assert_eq!(
            (genoa.model.as_str(), genoa.vectors.as_str()),
            ("17", "avx512")
        );
        assert_eq!(
            (milan.model.as_str(), milan.vectors.as_str()),
            ("1", "avx2")
        );
        assert_eq!(parse(&cpuinfo(1, "")).unwrap().vectors, "sse2");
    }

    #[test]
    fn an_arm_processor_has_an_identity_and_an_unknown_one_has_none() {
        let arm = "processor\t: 0\nFeatures\t: fp asimd sve\nCPU implementer\t: 0x41\n\
                   CPU architecture: 8\nCPU variant\t: 0x1\nCPU part\t: 0xd40\nCPU revision\t: 1\n";
        let found = parse(arm).unwrap();
        assert_eq!(
            (found.vendor.as_str(), found.vectors.as_str()),
            ("0x41", "sve")
        );
        assert_eq!(parse("processor : 0\n"), None);
    }
}
