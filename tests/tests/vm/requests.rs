//! Requests: what a script wants from outside, and how it gets it.

use jsvm::data::Node;
use jsvm::{Data, Error, ErrorClass, HostError, Source, Token, Vm};
use jsvm_tests::{assert_usable, builder, eval, exception};

fn vm() -> Vm {
    builder().request("read").request("write").build().unwrap()
}

#[test]
fn requests_are_taken_once_and_in_order() {
    let vm = vm();
    assert!(vm.take_requests().unwrap().is_empty());
    eval(&vm, "read('a', 1); write({ x: [true] }); read()");
    let requests = vm.take_requests().unwrap();
    let names: Vec<_> = requests.iter().map(|request| &*request.name).collect();
    assert_eq!(names, ["read", "write", "read"]);
    assert!(requests.windows(2).all(|pair| pair[0].id < pair[1].id));
    assert_eq!(
        requests[0].args.to::<(String, u32)>().unwrap(),
        ("a".into(), 1)
    );
    assert_eq!(requests[2].args.to::<Vec<Data>>().unwrap().len(), 0);
    assert!(vm.take_requests().unwrap().is_empty());
    eval(&vm, "read('later')");
    let later = vm.take_requests().unwrap();
    assert_eq!(later.len(), 1);
    assert!(later[0].id > requests[2].id);
}

#[test]
fn settling_fulfils_or_rejects_in_any_order() {
    let vm = vm();
    eval(
        &vm,
        "var log = [];
         const note = p => p.then(v => log.push('ok ' + v), e => log.push(`${e.name}: ${e.message}`));
         note(read(1)); note(read(2)); note(read(3))",
    );
    let ids: Vec<u64> = vm
        .take_requests()
        .unwrap()
        .iter()
        .map(|request| request.id)
        .collect();
    let failed = HostError::of_class(ErrorClass::RangeError, "too far");
    assert!(vm.settle::<()>(ids[2], Err(failed)).unwrap());
    assert!(vm.settle(ids[0], Ok("first")).unwrap());
    // Nothing has happened yet: reactions are jobs.
    assert_eq!(eval(&vm, "log.length").to::<i32>().unwrap(), 0);
    vm.run_jobs().unwrap();
    assert_eq!(
        eval(&vm, "log.join()").to::<String>().unwrap(),
        "RangeError: too far,ok first"
    );
    assert!(vm.settle(ids[1], Ok(2.5)).unwrap());
    vm.run_jobs().unwrap();
    assert_eq!(eval(&vm, "log[2]").to::<String>().unwrap(), "ok 2.5");
}

#[test]
fn a_request_is_settled_once() {
    let vm = vm();
    let promise = eval(&vm, "read()");
    let id = vm.take_requests().unwrap()[0].id;
    assert!(vm.settle(id, Ok(1)).unwrap());
    assert!(!vm.settle(id, Ok(2)).unwrap());
    assert!(!vm.settle::<()>(id, Err(HostError::new("late"))).unwrap());
    for unknown in [0, id + 1, u64::MAX] {
        assert!(!vm.settle(unknown, Ok(1)).unwrap());
    }
    vm.run_jobs().unwrap();
    assert_eq!(promise.promise_value().unwrap().to::<i32>().unwrap(), 1);
}

#[test]
fn a_request_can_be_settled_before_it_is_taken() {
    let vm = vm();
    eval(&vm, "read(1)");
    let first = vm.take_requests().unwrap()[0].id;
    eval(&vm, "var p = read(2)");
    // Its number is not known, but numbers are given in order.
    assert!(vm.settle(first + 1, Ok("early")).unwrap());
    assert!(vm.take_requests().unwrap().is_empty());
    vm.run_jobs().unwrap();
    assert_eq!(
        eval(&vm, "p")
            .promise_value()
            .unwrap()
            .to::<String>()
            .unwrap(),
        "early"
    );
}

#[test]
fn malformed_data_leaves_the_request_unsettled() {
    let vm = vm();
    let promise = eval(&vm, "read()");
    let id = vm.take_requests().unwrap()[0].id;
    let malformed = || Data::from_nodes(vec![Node::Array(vec![9])]);
    let fulfilled = vm.settle(id, Ok(malformed()));
    assert!(
        matches!(fulfilled, Err(Error::Conversion(_))),
        "{fulfilled:?}"
    );
    let rejected = vm.settle::<()>(id, Err(HostError::value(malformed())));
    assert!(
        matches!(rejected, Err(Error::Conversion(_))),
        "{rejected:?}"
    );
    // The VM finds out what only it can know.
    let unknown = Data::from_nodes(vec![Node::Opaque(12345)]);
    assert_eq!(exception(vm.settle(id, Ok(unknown))).name, "TypeError");
    assert!(promise.is_pending().unwrap());
    assert!(vm.settle(id, Ok("after all")).unwrap());
    vm.run_jobs().unwrap();
    assert_eq!(
        promise.promise_value().unwrap().to::<String>().unwrap(),
        "after all"
    );
}

#[test]
fn any_data_goes_out_and_comes_back() {
    let vm = vm();
    let promise = eval(
        &vm,
        "const shared = { f: x => x * 2 };
         const cycle = [shared, shared]; cycle.push(cycle);
         var sent = cycle;
         read(cycle).then(back => [back !== sent, back[0] === back[1], back[2] === back, back[0].f === shared.f])",
    );
    let request = vm.take_requests().unwrap().pop().unwrap();
    let echo: Data = request.args.to::<(Data,)>().unwrap().0;
    assert!(vm.settle(request.id, Ok(echo)).unwrap());
    vm.run_jobs().unwrap();
    let checks: Vec<bool> = promise.promise_value().unwrap().to().unwrap();
    assert_eq!(checks, [true; 4]);
}

#[test]
fn a_promise_that_settles_a_request_is_followed() {
    let vm = vm();
    let promise = eval(&vm, "read(Promise.resolve('inner'))");
    let request = vm.take_requests().unwrap().pop().unwrap();
    let (token,): (Token,) = request.args.to().unwrap();
    assert!(vm.settle(request.id, Ok(token)).unwrap());
    vm.run_jobs().unwrap();
    assert_eq!(
        promise.promise_value().unwrap().to::<String>().unwrap(),
        "inner"
    );
}

#[test]
fn arguments_that_throw_reject_the_promise() {
    let vm = vm();
    let promise = eval(&vm, "read({ get x() { throw new EvalError('accessor') } })");
    assert!(vm.take_requests().unwrap().is_empty());
    assert_eq!(exception(promise.promise_value()).name, "EvalError");
}

#[test]
fn a_foreign_token_is_refused() {
    let (vm, other) = (vm(), vm());
    let foreign = other.create_token(&eval(&other, "() => 1")).unwrap();
    eval(&vm, "read()");
    let id = vm.take_requests().unwrap()[0].id;
    assert!(matches!(
        vm.settle(id, Ok(foreign)),
        Err(Error::ForeignValue)
    ));
    assert!(vm.settle(id, Ok(())).unwrap());
}

#[test]
fn a_request_function_made_later_behaves_the_same() {
    let vm = vm();
    let function = vm.create_request_function("größe\u{0}😀", 3).unwrap();
    function
        .call_with_this(&vm.create_object().unwrap(), ("x",))
        .unwrap();
    let request = vm.take_requests().unwrap().pop().unwrap();
    assert_eq!(request.name, "größe\u{0}😀");
    assert_eq!(request.args.to::<(String,)>().unwrap().0, "x");
    assert_eq!(exception(function.construct(())).name, "TypeError");
    assert_usable(&vm);
}

#[test]
fn settled_requests_leave_nothing_behind() {
    let vm = vm();
    let round = || {
        eval(
            &vm,
            "for (let i = 0; i < 500; i++) read({ i, f() {} }).then(() => {})",
        );
        for request in vm.take_requests().unwrap() {
            assert!(vm.settle(request.id, Ok(request.args)).unwrap());
        }
        vm.run_jobs().unwrap();
        vm.heap().collect_garbage().unwrap();
        let usage = vm.heap().usage().unwrap();
        (usage.objects, usage.tokens)
    };
    let first = round();
    for _ in 0..5 {
        assert_eq!(round(), first);
    }
    assert_eq!(first.1, 0);
}

/// An error of the embedder comes from no script: its frames are the functions that wait for it.
#[test]
fn errors_have_the_frames_that_wait_for_the_request() {
    let vm = vm();
    let source = "var stacks = [];
async function load() { return await read(1) }
async function main() {
  try { await Promise.all([0, load()]) } catch (e) { stacks.push(e.stack, Object.keys(e).join()) }
}
main();
read(2).catch((e) => stacks.push(e.stack))";
    vm.eval(Source::script(source).file_name("main.js"))
        .unwrap();
    let requests = vm.take_requests().unwrap();
    for request in &requests {
        vm.settle::<()>(request.id, Err(HostError::new("no such file")))
            .unwrap();
    }
    vm.run_jobs().unwrap();
    let stacks = eval(&vm, "stacks.join('|')").to::<String>().unwrap();
    let expected = "    at async load (main.js:2:32)
    at async Promise.all (index 1)
    at async main (main.js:4:9)
";
    assert_eq!(stacks, format!("|{expected}|"));
    assert_usable(&vm);
}

/// Whoever changes `Error.prepareStackTrace` is asked for the frames that wait, too.
#[test]
fn frames_that_wait_are_call_sites() {
    let vm = vm();
    eval(
        &vm,
        "Error.prepareStackTrace = (error, sites) => sites.map((site) =>
             `${site.getFunctionName()} ${site.isAsync()} ${site.getPromiseIndex()}`).join('; ');
         var seen;
         async function main() { try { await Promise.any([read(1)]) } catch (e) { seen = e.errors[0].stack } }
         main()",
    );
    let id = vm.take_requests().unwrap()[0].id;
    vm.settle::<()>(id, Err(HostError::new("x"))).unwrap();
    vm.run_jobs().unwrap();
    assert_eq!(
        eval(&vm, "seen").to::<String>().unwrap(),
        "Promise.any true 0; main true null"
    );
}
