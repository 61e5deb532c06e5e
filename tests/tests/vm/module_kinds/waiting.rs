//! Loaders that wait.

use super::*;

/// Waits a little before each answer.
struct Slow(Files);

impl AsyncModuleLoader for Slow {
    async fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        self.0.resolve(import)
    }

    async fn load(&self, name: &str) -> Result<Module, HostError> {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        assert_ne!(name, "/app/panic.mjs", "as it should");
        self.0.load(name)
    }
}

async fn load_slowly() {
    let files = Files::new(&[
        (
            "/app/main.mjs",
            "import a from './a.cjs';
             const { b } = await import('./b.mjs');
             const panic = await import('./panic.mjs').catch((e) => e.message);
             const missing = await import('./none.mjs').catch((e) => e.message);
             export default [a, b, panic, missing].join()",
        ),
        ("/app/a.cjs", "module.exports = 'a' + require('./c.json').c"),
        ("/app/b.mjs", "export const b = 'b'"),
        ("/app/c.json", "{\"c\": 3}"),
        ("/app/panic.mjs", ""),
    ]);
    let vm = builder().async_modules(Slow(files)).build().unwrap();
    let namespace = EventLoop::new(&vm).import("./main.mjs").await.unwrap();
    let result = namespace.get("default").unwrap().to::<String>().unwrap();
    assert_eq!(
        result,
        "a3,b,the module loader panicked,no module ./none.mjs"
    );
}

#[tokio::test]
async fn loaders_may_wait() {
    load_slowly().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn loaders_may_wait_on_a_busy_runtime() {
    let other = tokio::spawn(load_slowly());
    load_slowly().await;
    other.await.unwrap();
}

#[test]
fn loaders_may_wait_without_a_runtime() {
    let files = Files::new(&[("/app/main.mjs", "globalThis.ran = true")]);
    let vm = builder().async_modules(Slow(files)).build().unwrap();
    vm.import_module("./main.mjs").unwrap();
    assert!(eval(&vm, "ran").to::<bool>().unwrap());
}
