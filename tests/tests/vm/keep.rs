//! What an embedder finds again in a VM that was restored: roots, exports and requests; and what it
//! does not: handles and tokens.

use jsvm::{Error, HostError, RootId, Snapshot, Token, Value, Vm};
use jsvm_tests::{assert_usable, builder, eval, vm};

/// The same VM in another process.
fn restored(vm: &Vm) -> Vm {
    let snapshot = Snapshot::from_bytes(&vm.snapshot().unwrap().to_bytes().unwrap()).unwrap();
    builder().restore(&snapshot).unwrap()
}

fn call(function: &Value) -> i32 {
    function.call(()).unwrap().to().unwrap()
}

#[test]
fn roots_are_replaced_removed_listed_and_restored() {
    let vm = vm();
    assert!(vm.roots().names().unwrap().is_empty());
    assert!(vm.roots().get("next").unwrap().is_none());
    vm.roots()
        .set("next", eval(&vm, "let n = 0; () => ++n"))
        .unwrap();
    vm.roots().set("answer", 42).unwrap();
    vm.roots().set("Ünïcode 🦀", "text").unwrap();
    vm.roots().set("", ()).unwrap();
    vm.roots().set("answer", 43).unwrap();
    assert_eq!(
        vm.roots().names().unwrap(),
        ["", "answer", "next", "Ünïcode 🦀"]
    );
    assert_eq!(vm.heap().usage().unwrap().roots, 4);
    assert_eq!(call(&vm.roots().get("next").unwrap().unwrap()), 1);

    let two = restored(&vm);
    assert_eq!(two.roots().names().unwrap(), vm.roots().names().unwrap());
    assert_eq!(call(&two.roots().get("next").unwrap().unwrap()), 2);
    assert_eq!(
        two.roots()
            .get("answer")
            .unwrap()
            .unwrap()
            .to::<i32>()
            .unwrap(),
        43
    );
    let text = two.roots().get("Ünïcode 🦀").unwrap().unwrap();
    assert_eq!(text.to::<String>().unwrap(), "text");
    assert!(two.roots().get("").unwrap().unwrap().is_undefined());
    assert!(two.roots().remove("answer").unwrap());
    assert!(!two.roots().remove("answer").unwrap());
    assert!(two.roots().get("answer").unwrap().is_none());
    // Each has its own.
    assert_eq!(
        vm.roots()
            .get("answer")
            .unwrap()
            .unwrap()
            .to::<i32>()
            .unwrap(),
        43
    );
    assert_eq!(
        restored(&two).roots().names().unwrap(),
        ["", "next", "Ünïcode 🦀"]
    );
}

#[test]
fn root_keeps_alive_what_nothing_else_does() {
    let vm = vm();
    eval(
        &vm,
        "var gone = []; const registry = new FinalizationRegistry(name => gone.push(name));
         function make(name) { const object = { name }; object.self = object;
            registry.register(object, name); return object }",
    );
    vm.roots().set("root", eval(&vm, "make('root')")).unwrap();
    let export = vm.roots().insert(&eval(&vm, "make('export')")).unwrap();
    let mut vm = restored(&vm);
    let gone = |vm: &Vm| {
        vm.heap().collect_garbage().unwrap();
        vm.run_jobs().unwrap();
        eval(vm, "gone.sort().join()").to::<String>().unwrap()
    };
    assert_eq!(gone(&vm), "");
    assert!(vm.roots().remove("root").unwrap());
    assert_eq!(gone(&vm), "root");
    vm = restored(&vm);
    assert!(vm.roots().remove_by_id(export).unwrap());
    assert_eq!(gone(&vm), "export,root");
}

#[test]
fn export_is_found_by_its_number_in_every_vm_restored_later() {
    let vm = vm();
    let early = vm.snapshot().unwrap();
    let token = vm
        .roots()
        .insert(&eval(&vm, "let n = 0; () => ++n"))
        .unwrap();
    let other = vm.roots().insert(&eval(&vm, "() => 100")).unwrap();
    assert_ne!(token, other);
    assert_eq!(call(&vm.roots().get_by_id(token).unwrap().unwrap()), 1);
    // The number can be written down.
    let written = format!("{token}");
    let one = restored(&vm);
    let two = restored(&one);
    let token: RootId = written.parse().unwrap();
    for vm in [&one, &two] {
        let next = vm.roots().get_by_id(token).unwrap().unwrap();
        assert_eq!((call(&next), call(&next)), (2, 3));
        assert_eq!(call(&vm.roots().get_by_id(other).unwrap().unwrap()), 100);
        // It can be imported again and again, as the same value.
        let again = vm.roots().get_by_id(token).unwrap().unwrap();
        assert!(again.strict_equals(&next).unwrap());
    }
    // A VM that was frozen before does not have it.
    let before = builder().restore(&early).unwrap();
    assert!(before.roots().get_by_id(token).unwrap().is_none());
    // What one forgets the others keep.
    assert!(one.roots().remove_by_id(token).unwrap());
    assert!(!one.roots().remove_by_id(token).unwrap());
    assert!(one.roots().get_by_id(token).unwrap().is_none());
    assert!(restored(&one).roots().get_by_id(token).unwrap().is_none());
    assert!(two.roots().get_by_id(token).unwrap().is_some());
}

#[test]
fn wrong_numbers_find_nothing_and_no_number_is_used_again() {
    let vm = vm();
    let first = vm.roots().insert(&eval(&vm, "({ first: true })")).unwrap();
    assert!(vm.roots().remove_by_id(first).unwrap());
    let mut used = vec![first];
    let mut vm = vm;
    for _ in 0..5 {
        vm = restored(&vm);
        let token = vm.roots().insert(&eval(&vm, "({})")).unwrap();
        assert!(!used.contains(&token), "{token} {used:?}");
        used.push(token);
    }
    let last = used.iter().max().unwrap().number();
    for wrong in [
        0,
        first.number(),
        last + 1,
        u64::from(u32::MAX) + last,
        u64::MAX,
    ] {
        let wrong = RootId::from_number(wrong);
        assert!(vm.roots().get_by_id(wrong).unwrap().is_none(), "{wrong}");
        assert!(!vm.roots().remove_by_id(wrong).unwrap(), "{wrong}");
    }
    assert_usable(&vm);
}

#[test]
fn handles_stay_with_their_vm_and_are_freed_in_the_other() {
    let vm = vm();
    let held: Vec<_> = (0..100)
        .map(|_| eval(&vm, "({ big: 'x'.repeat(1000) })"))
        .collect();
    let symbol = vm.create_symbol("held").unwrap();
    let two = restored(&vm);
    let used = |vm: &Vm| vm.heap().usage().unwrap();
    assert_eq!(used(&vm).handles, 101);
    assert_eq!(used(&two).handles, 0);
    assert!(used(&vm).objects >= used(&two).objects + 100);
    for value in [&held[0], &symbol] {
        let outcome = two.roots().set("foreign", value.clone());
        assert!(matches!(outcome, Err(Error::ForeignValue)), "{outcome:?}");
        assert!(matches!(
            two.roots().insert(value),
            Err(Error::ForeignValue)
        ));
    }
    // Dropped after their VM, they do nothing to the other.
    drop(vm);
    drop(held);
    assert_usable(&two);
    assert_eq!(used(&restored(&two)).handles, 0);
}

#[test]
fn token_in_data_is_of_one_vm_only() {
    let vm = vm();
    let data = eval(&vm, "var f = () => 'f'; [f, () => 'only here']")
        .to_data()
        .unwrap();
    let tokens: Vec<Token> = data.to().unwrap();
    let kept = vm.create_token(&eval(&vm, "() => 'retained'")).unwrap();
    assert_eq!(vm.heap().usage().unwrap().tokens, 3);
    let two = restored(&vm);
    assert_eq!(two.heap().usage().unwrap().tokens, 0);
    for token in tokens.iter().chain([&kept]) {
        assert!(matches!(
            two.value_of_token(token),
            Err(Error::ForeignValue)
        ));
        assert!(vm.value_of_token(token).is_ok());
    }
    assert!(matches!(
        two.create_from_data(&data),
        Err(Error::ForeignValue)
    ));
    // Nor does another kind of number lead to them.
    for number in 0..10 {
        assert!(
            two.roots()
                .get_by_id(RootId::from_number(number))
                .unwrap()
                .is_none()
        );
    }
    // What has a name is there.
    assert_eq!(eval(&two, "f()").to::<String>().unwrap(), "f");
}

/// Calls the function that is the only argument of the only request.
fn call_argument(vm: &Vm) -> i32 {
    let mut requests = vm.unsettled_requests().unwrap();
    assert_eq!(requests.len(), 1);
    let request = requests.remove(0);
    let (callback,): (Token,) = request.args.to().unwrap();
    call(&vm.value_of_token(&callback).unwrap())
}

#[test]
fn functions_in_requests_survive_taken_or_not() {
    let source = "let n = 0; var log = []; watch(() => ++n).then(x => log.push(x))";
    for taken in [false, true] {
        let vm = builder().request("watch").build().unwrap();
        eval(&vm, source);
        // What was taken is held by the embedder while the VM is frozen.
        let held = taken.then(|| vm.take_requests().unwrap());
        assert_eq!(held.as_ref().map(Vec::len), taken.then_some(1));
        let two = restored(&vm);
        drop(held);
        assert_eq!(call_argument(&two), 1);
        assert_eq!(call_argument(&two), 2);
        let three = restored(&two);
        assert_eq!(call_argument(&three), 3);
        // Not taken again by itself.
        assert!(three.take_requests().unwrap().is_empty());
        let id = three.unsettled_requests().unwrap()[0].id;
        for vm in [&two, &three] {
            assert!(vm.settle(id, Ok::<_, HostError>("done")).unwrap());
            assert!(!vm.settle(id, Ok::<_, HostError>("again")).unwrap());
            vm.run_jobs().unwrap();
            assert_eq!(eval(vm, "log.join()").to::<String>().unwrap(), "done");
            // The function is not kept any longer.
            assert_eq!(vm.heap().usage().unwrap().tokens, 0);
        }
        assert_eq!(call_argument(&vm), 1);
    }
}

#[test]
fn request_that_was_taken_is_not_taken_again_after_restoring() {
    let vm = builder().request("read").build().unwrap();
    eval(&vm, "read('a'); read('b')");
    let taken: Vec<_> = vm
        .take_requests()
        .unwrap()
        .iter()
        .map(|request| request.id)
        .collect();
    eval(&vm, "read('c')");
    let two = restored(&vm);
    let names = |vm: &Vm, all: bool| -> Vec<(u64, String)> {
        let requests = match all {
            true => vm.unsettled_requests().unwrap(),
            false => vm.take_requests().unwrap(),
        };
        let name = |request: &jsvm::Request| {
            let (name,): (String,) = request.args.to().unwrap();
            (request.id, name)
        };
        requests.iter().map(name).collect()
    };
    let new = names(&two, false);
    assert_eq!(new.len(), 1);
    assert_eq!(new[0].1, "c");
    let all = names(&two, true);
    assert_eq!(
        all.iter().map(|(_, name)| &**name).collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
    assert_eq!(
        all[..2].iter().map(|(id, _)| *id).collect::<Vec<_>>(),
        taken
    );
    // Numbers are not used again.
    eval(&two, "read('d')");
    let last = names(&two, false);
    assert!(all.iter().all(|(id, _)| *id < last[0].0));
}
