//! Programs that go on in another event loop.

use super::*;

/// The VM as it is after its process has ended and another has begun.
fn thaw(vm: &Vm, builder: &VmBuilder) -> Vm {
    let bytes = vm.snapshot().unwrap().to_bytes().unwrap();
    builder
        .restore(&Snapshot::from_bytes(&bytes).unwrap())
        .unwrap()
}

#[tokio::test]
async fn a_restored_program_goes_on() {
    let log = Log::default();
    let builder = log.add_to(builder()).async_function("sleep", sleep);
    let vm = builder.build().unwrap();
    let source = Source::module(
        "setTimeout(log, 30, 'timer');
         const id = setInterval(() => { log('tick'); clearInterval(id) }, 10);
         sleep(20, 'request').then(log);
         log(await sleep(25, 'awaited'));",
    );
    {
        let mut events = EventLoop::new(&vm);
        vm.eval(source).unwrap();
        assert!(events.run_until_waiting().await.unwrap());
    }
    let thawed = thaw(&vm, &builder);
    drop(vm);
    EventLoop::new(&thawed).run().await.unwrap();
    // The requests begin anew, so only the timers have an order.
    let text = log.text();
    let mut words: Vec<&str> = text.split(' ').collect();
    assert!(
        words.iter().position(|word| *word == "tick")
            < words.iter().position(|word| *word == "timer")
    );
    words.sort_unstable();
    assert_eq!(words, ["awaited", "request", "tick", "timer"]);
}

#[tokio::test]
async fn a_timer_waits_for_what_is_left_of_its_time() {
    let clock = Arc::new(jsvm::ManualClock::new(Duration::ZERO));
    let builder = builder().clock(clock.clone());
    let vm = builder.build().unwrap();
    eval(&vm, "setTimeout(() => {}, 100)");
    clock.advance(Duration::from_millis(60));
    // The other process's clock begins at zero.
    let other = Arc::new(jsvm::ManualClock::new(Duration::ZERO));
    let thawed = thaw(&vm, &builder.clock(other));
    let left = thawed.run_jobs_up_to(0).unwrap().next_timer.unwrap();
    assert_eq!(left, Duration::from_millis(40));
}

#[tokio::test]
async fn a_handler_can_say_that_a_repeated_request_is_lost() {
    let charged = Arc::new(AtomicU32::new(0));
    let builder = builder().async_function("charge", {
        let charged = charged.clone();
        move |request: RequestInfo, cents: u32| {
            let charged = charged.clone();
            async move {
                if request.repeated {
                    return Err(request.lost());
                }
                charged.fetch_add(cents, Ordering::SeqCst);
                std::future::pending::<()>().await;
                Ok::<_, HostError>(cents)
            }
        }
    });
    let vm = builder.build().unwrap();
    eval(
        &vm,
        "var result = charge(5).catch(e => [e.name, e.code, e.request, e.id, e.message].join())",
    );
    {
        let mut events = EventLoop::new(&vm);
        let run = tokio::time::timeout(Duration::from_millis(10), events.run());
        assert!(run.await.is_err());
    }
    // Made, and not taken by anyone yet: it is not lost.
    eval(&vm, "var second = charge(7)");
    let thawed = thaw(&vm, &builder);
    let mut events = EventLoop::new(&thawed);
    let result = events.eval("result").await.unwrap().to::<String>().unwrap();
    assert_eq!(
        result,
        "RequestLostError,ERR_REQUEST_LOST,charge,1,request `charge` was in flight when its VM was \
         frozen or its event loop dropped; whether it was carried out is not known"
    );
    assert_eq!(events.in_flight(), 1);
    let run = tokio::time::timeout(Duration::from_millis(10), events.run());
    assert!(run.await.is_err());
    assert_eq!(charged.load(Ordering::SeqCst), 12);
}

#[tokio::test]
async fn unknown_requests_can_be_left_to_others() {
    let vm = builder().request("other").build().unwrap();
    eval(&vm, "var answer; other(1).then(value => answer = value)");
    let mut events = EventLoop::new(&vm).leaving_unknown_requests();
    events.run().await.unwrap();
    let request = vm.unsettled_requests().unwrap().remove(0);
    vm.settle(request.id, Ok::<_, HostError>("from elsewhere"))
        .unwrap();
    events.run().await.unwrap();
    assert_eq!(
        eval(&vm, "answer").to::<String>().unwrap(),
        "from elsewhere"
    );
}
