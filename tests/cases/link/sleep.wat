;; Waits, by what WASI has for that.
(component
    (import "wasi:io/poll@0.2.0" (instance $poll
        (export "pollable" (type $pollable (sub resource)))
        (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
    ))
    (alias export $poll "pollable" (type $pollable))
    (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
        (export "pollable" (type $its (eq $pollable)))
        (export "subscribe-duration" (func (param "when" u64) (result (own $its))))
    ))
    (core func $subscribe (canon lower (func $clock "subscribe-duration")))
    (core func $block (canon lower (func $poll "[method]pollable.block")))
    (core func $drop (canon resource.drop $pollable))
    (core module $main
        (import "wasi" "subscribe" (func $subscribe (param i64) (result i32)))
        (import "wasi" "block" (func $block (param i32)))
        (import "wasi" "drop" (func $drop (param i32)))
        (func (export "sleep") (param i64) (local $pollable i32)
            (local.set $pollable (call $subscribe (i64.mul (local.get 0) (i64.const 1000000))))
            (call $block (local.get $pollable))
            (call $drop (local.get $pollable)))
    )
    (core instance $main (instantiate $main (with "wasi" (instance
        (export "subscribe" (func $subscribe))
        (export "block" (func $block))
        (export "drop" (func $drop))
    ))))
    (func (export "sleep") (param "milliseconds" u64)
        (canon lift (core func $main "sleep")))
)
