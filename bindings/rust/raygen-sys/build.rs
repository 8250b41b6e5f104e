//! Finds libraygen: in RAYGEN_LIB_DIR, else through pkg-config, else where the linker looks by itself.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-env-changed=RAYGEN_LIB_DIR");
    println!("cargo:rerun-if-env-changed=PKG_CONFIG_PATH");
    println!("cargo:rustc-link-lib=dylib=raygen");
    let folder = env::var("RAYGEN_LIB_DIR").ok().or_else(|| {
        let output = Command::new("pkg-config").args(["--variable=libdir", "raygen"]).output().ok()?;
        let folder = String::from_utf8(output.stdout).ok()?.trim().to_string();
        (output.status.success() && !folder.is_empty()).then_some(folder)
    });
    if let Some(folder) = folder {
        println!("cargo:rustc-link-search=native={folder}");
        println!("cargo:folder={folder}"); // DEP_RAYGEN_FOLDER of crates that link this one
        println!("cargo:rustc-link-arg-tests=-Wl,-rpath,{folder}");
    }
}
