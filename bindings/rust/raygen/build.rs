//! Tests and examples find libraygen where it was linked.

use std::env;

fn main() {
    if let Ok(folder) = env::var("DEP_RAYGEN_FOLDER") {
        println!("cargo:rustc-link-arg-tests=-Wl,-rpath,{folder}");
        println!("cargo:rustc-link-arg-examples=-Wl,-rpath,{folder}");
    }
}
