;; Needs what nobody gives.
(component
    (import "acme:store/keys@0.3.0" (instance $keys
        (export "get" (func (param "key" u32) (result u32)))
    ))
    (import "log" (func (param "code" u32)))
    (import "wasi:clocks/monotonic-clock@0.2.0" (instance
        (export "now" (func (result u64)))
    ))
    (core func $get (canon lower (func $keys "get")))
    (core module $main
        (import "keys" "get" (func $get (param i32) (result i32)))
        (func (export "get") (param i32) (result i32) (call $get (local.get 0)))
    )
    (core instance $main (instantiate $main
        (with "keys" (instance (export "get" (func $get))))))
    (func (export "get") (param "key" u32) (result u32) (canon lift (core func $main "get")))
)
