;; An interface, a function without one, and a function that fails.
(component
    (core module $main
        (memory (export "memory") 1)
        (data (i32.const 64) "there is no quotient")
        (func (export "add") (param i32 i32) (result i32)
            (i32.add (local.get 0) (local.get 1)))
        (func (export "divide") (param i32 i32) (result i32)
            (if (local.get 1)
                (then
                    (i32.store8 (i32.const 0) (i32.const 0))
                    (i32.store (i32.const 4) (i32.div_u (local.get 0) (local.get 1))))
                (else
                    (i32.store8 (i32.const 0) (i32.const 1))
                    (i32.store (i32.const 4) (i32.const 64))
                    (i32.store (i32.const 8) (i32.const 20))))
            (i32.const 0))
        (func (export "spin") (loop $again (br $again)))
        (func (export "trap") unreachable)
    )
    (core instance $main (instantiate $main))
    (func $add (param "a" u32) (param "b" u32) (result u32)
        (canon lift (core func $main "add")))
    (func $divide (param "a" u32) (param "b" u32) (result (result u32 (error string)))
        (canon lift (core func $main "divide") (memory $main "memory")))
    (func $spin (canon lift (core func $main "spin")))
    (func $trap (canon lift (core func $main "trap")))
    (instance $basic
        (export "add-up" (func $add))
        (export "divide" (func $divide)))
    (export "acme:sums/basic@1.0.0" (instance $basic))
    (export "spin" (func $spin))
    (export "trap" (func $trap))
)
