//! From the driver's sources in C to a component.

use std::path::Path;

use jsvm_tests::c::Component;

/// The driver as a component. Everything that is generated lands in a folder of the test's own.
pub fn driver() -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let driver = Component {
        world: "driver",
        wit: &[folder.join("../wit"), folder.join("driver/driver.wit")],
        sources: &[folder.join("driver/driver.c")],
    };
    driver.build(Path::new(env!("CARGO_TARGET_TMPDIR")))
}
