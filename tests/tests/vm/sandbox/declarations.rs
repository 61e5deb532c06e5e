//! Declarations for the prompt of a model.

use jsvm_sandbox::Sandbox;

use super::sandbox;

#[test]
fn tools_are_declared_in_typescript() {
    let text = sandbox().0.build().unwrap().declarations();
    let expected = "declare const tools: {
  /** Adds two numbers */
  add(input: {
    a: number;
    b: number;
  }): Promise<any>;
  fail(input?: Record<string, any>): Promise<any>;
  /** A person may have to approve a call: the session then waits. */
  pay(input: {
    cents: number;
  }): Promise<any>;
  slow(input?: Record<string, any>): Promise<any>;
  mail: {
    /** A person may have to approve a call: the session then waits. */
    send(input?: Record<string, any>): Promise<any>;
  };
};
";
    assert!(text.ends_with(expected), "{text}");
    assert!(text.contains("declare const files: {"));
    // It is TypeScript, so a cell takes it.
    jsvm_node::typescript_as_script(&text).unwrap();
    assert!(
        Sandbox::builder()
            .build()
            .unwrap()
            .declarations()
            .ends_with("const tools: {\n};\n")
    );
}
