;; What `wasi:cli/environment` says, as it is.
(component
    (import "wasi:cli/environment@0.2.0" (instance $environment
        (export "get-environment" (func (result (list (tuple string string)))))
    ))
    (core module $memory
        (memory (export "memory") 1)
        (global $next (mut i32) (i32.const 1024))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
            (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
            (global.set $next (i32.add (local.get $at) (local.get 3)))
            (local.get $at))
    )
    (core instance $memory (instantiate $memory))
    (core func $get (canon lower (func $environment "get-environment")
        (memory $memory "memory") (realloc (func $memory "realloc"))))
    (core module $main
        (import "wasi" "get" (func $get (param i32)))
        (func (export "environment") (result i32)
            (call $get (i32.const 16))
            (i32.const 16))
    )
    (core instance $main (instantiate $main
        (with "wasi" (instance (export "get" (func $get))))))
    (func (export "environment") (result (list (tuple string string)))
        (canon lift (core func $main "environment") (memory $memory "memory")))
)
