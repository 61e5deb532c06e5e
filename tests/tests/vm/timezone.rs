//! Local time.

use std::time::Duration;

use jsvm::{Engine, Error, FixedClock, TimeZone, TimeZoneError, Vm};
use jsvm_tests::{builder, eval, exception, vm};

fn text(vm: &Vm, source: &str) -> String {
    eval(vm, source).to_text().unwrap()
}

fn vm_in(name: &str) -> Vm {
    let zone = TimeZone::named(name).unwrap();
    builder().time_zone(zone).build().unwrap()
}

#[test]
fn it_is_utc_unless_something_else_is_said() {
    let vm = vm();
    assert_eq!(vm.time_zone_name().unwrap(), "+00:00");
    assert_eq!(text(&vm, "new Date(0).getTimezoneOffset()"), "0");
    assert_eq!(
        text(&vm, "new Date(2024, 6, 1).toISOString()"),
        "2024-07-01T00:00:00.000Z"
    );
}

#[test]
fn fixed_offsets_hold_at_all_times() {
    for (minutes, name, offset, shown) in [
        (60, "+01:00", "-60", "GMT+0100"),
        (-570, "-09:30", "570", "GMT-0930"),
        (345, "+05:45", "-345", "GMT+0545"),
        (1439, "+23:59", "-1439", "GMT+2359"),
        (-1439, "-23:59", "1439", "GMT-2359"),
    ] {
        let zone = TimeZone::fixed(minutes).unwrap();
        assert_eq!(zone.name(), name);
        let vm = builder().time_zone(zone).build().unwrap();
        assert_eq!(vm.time_zone_name().unwrap(), name);
        for moment in [
            "0",
            "-62135596800000",
            "1720000000000",
            "8.64e15",
            "-8.64e15",
        ] {
            let source = format!("new Date({moment}).getTimezoneOffset()");
            assert_eq!(text(&vm, &source), offset, "{moment}");
        }
        let local = text(&vm, "new Date(0).toString()");
        assert!(local.contains(shown), "{local}");
        // There and back.
        let source = "const d = new Date(2001, 1, 3, 4, 5, 6); [d.getHours(), d.getDate()].join()";
        assert_eq!(text(&vm, source), "4,3");
    }
    for minutes in [1440, -1440, i16::MAX, i16::MIN] {
        assert_eq!(
            TimeZone::fixed(minutes),
            Err(TimeZoneError::TooFar { minutes })
        );
    }
}

#[test]
fn zones_have_their_rules() {
    // Zone, moment, and what local time it is: from the IANA database as `date` shows it.
    for (zone, moment, expected) in [
        (
            "Europe/Berlin",
            "2024-01-15T12:00:00Z",
            "2024-0-15 13:00 -60",
        ),
        (
            "Europe/Berlin",
            "2024-07-15T12:00:00Z",
            "2024-6-15 14:00 -120",
        ),
        (
            "Europe/Berlin",
            "2024-03-31T00:59:59Z",
            "2024-2-31 1:59 -60",
        ),
        (
            "Europe/Berlin",
            "2024-03-31T01:00:00Z",
            "2024-2-31 3:00 -120",
        ),
        (
            "Europe/Berlin",
            "2024-10-27T00:59:59Z",
            "2024-9-27 2:59 -120",
        ),
        (
            "Europe/Berlin",
            "2024-10-27T01:00:00Z",
            "2024-9-27 2:00 -60",
        ),
        // In summer 1945 Berlin had double summer time.
        (
            "Europe/Berlin",
            "1945-06-15T12:00:00Z",
            "1945-5-15 15:00 -180",
        ),
        // Beyond what is listed, the last rule holds.
        (
            "Europe/Berlin",
            "2391-07-15T12:00:00Z",
            "2391-6-15 14:00 -120",
        ),
        (
            "America/New_York",
            "2024-07-04T16:00:00Z",
            "2024-6-4 12:00 240",
        ),
        (
            "America/New_York",
            "2024-11-03T06:00:00Z",
            "2024-10-3 1:00 300",
        ),
        (
            "Australia/Lord_Howe",
            "2024-01-01T00:00:00Z",
            "2024-0-1 11:00 -660",
        ),
        (
            "Australia/Lord_Howe",
            "2024-07-01T00:00:00Z",
            "2024-6-1 10:30 -630",
        ),
        (
            "Asia/Kathmandu",
            "2024-01-01T00:00:00Z",
            "2024-0-1 5:45 -345",
        ),
        (
            "Pacific/Apia",
            "2011-12-30T09:59:59Z",
            "2011-11-29 23:59 600",
        ),
        (
            "Pacific/Apia",
            "2011-12-30T10:00:00Z",
            "2011-11-31 0:00 -840",
        ),
        (
            "Africa/Casablanca",
            "2024-03-20T12:00:00Z",
            "2024-2-20 12:00 0",
        ),
        ("Etc/GMT+5", "2024-03-20T12:00:00Z", "2024-2-20 7:00 300"),
        ("UTC", "2024-03-20T12:00:00Z", "2024-2-20 12:00 0"),
    ] {
        let vm = vm_in(zone);
        let show = eval(
            &vm,
            "(moment) => { const d = new Date(moment);
               return `${d.getFullYear()}-${d.getMonth()}-${d.getDate()} ${d.getHours()}:` +
                 `${String(d.getMinutes()).padStart(2, 0)} ${d.getTimezoneOffset()}` }",
        );
        let shown = show.call((moment,)).unwrap().to::<String>().unwrap();
        assert_eq!(shown, expected, "{zone} {moment}");
    }
}

#[test]
fn local_time_is_turned_into_moments() {
    for (zone, source, expected) in [
        (
            "Europe/Berlin",
            "new Date(2024, 0, 15, 13)",
            "2024-01-15T12:00:00.000Z",
        ),
        (
            "Europe/Berlin",
            "new Date(2024, 6, 15, 14)",
            "2024-07-15T12:00:00.000Z",
        ),
        (
            "Europe/Berlin",
            "new Date('2024-07-15T14:00')",
            "2024-07-15T12:00:00.000Z",
        ),
        (
            "Europe/Berlin",
            "new Date('2024-07-15')",
            "2024-07-15T00:00:00.000Z",
        ),
        (
            "America/New_York",
            "new Date('July 4, 2024 12:00')",
            "2024-07-04T16:00:00.000Z",
        ),
        (
            "America/New_York",
            "new Date(new Date(0).setHours(5))",
            "1969-12-31T10:00:00.000Z",
        ),
        (
            "Asia/Kathmandu",
            "new Date(2024, 0, 1, 5, 45)",
            "2024-01-01T00:00:00.000Z",
        ),
    ] {
        let vm = vm_in(zone);
        let found = text(&vm, &format!("({source}).toISOString()"));
        assert_eq!(found, expected, "{zone}: {source}");
    }
}

#[test]
fn every_hour_of_a_year_comes_back() {
    for zone in [
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
    ] {
        let vm = vm_in(zone);
        // An hour that comes twice comes back as its first time.
        let lost = eval(
            &vm,
            "let lost = 0;
             for (let t = Date.UTC(2024, 0, 1); t < Date.UTC(2025, 0, 1); t += 1800000) {
               const d = new Date(t);
               const back = +new Date(d.getFullYear(), d.getMonth(), d.getDate(), d.getHours(), d.getMinutes());
               if (back !== t) lost++;
             }
             lost",
        );
        let expected = match zone {
            "Asia/Kathmandu" => 0,
            "Australia/Lord_Howe" => 1,
            _ => 2,
        };
        assert_eq!(lost.to::<u32>().unwrap(), expected, "{zone}");
    }
}

#[test]
fn names_are_found_in_any_case_and_wrong_ones_are_not() {
    assert_eq!(
        TimeZone::named("europe/BERLIN").unwrap().name(),
        "Europe/Berlin"
    );
    for name in [
        "",
        "Mars/Olympus",
        "Europe",
        "../etc/passwd",
        "Europe/Berlin ",
    ] {
        let error = TimeZone::named(name).unwrap_err();
        assert_eq!(error, TimeZoneError::Unknown { name: name.into() });
    }
    // The system is somewhere, or nobody knows.
    match TimeZone::system() {
        Ok(zone) => assert!(builder().time_zone(zone).build().is_ok()),
        Err(error) => assert!(matches!(
            error,
            TimeZoneError::NoSystemZone | TimeZoneError::Unknown { .. }
        )),
    }
}

#[test]
fn rules_that_are_none_are_refused() {
    let vm = vm_in("Asia/Tokyo");
    for rules in [&b""[..], b"TZif", b"not a file of rules at all", &[0; 100]] {
        let wrong = TimeZone::from_tzif("wrong", rules);
        assert_eq!(exception(vm.set_time_zone(&wrong)).name, "RangeError");
        assert!(matches!(
            builder().time_zone(wrong).build(),
            Err(Error::Exception(_))
        ));
    }
    // Nothing has changed.
    assert_eq!(vm.time_zone_name().unwrap(), "Asia/Tokyo");
    assert_eq!(text(&vm, "new Date(0).getHours()"), "9");
}

#[test]
fn it_is_changed_while_the_vm_lives() {
    let vm = vm();
    eval(&vm, "var noon = new Date(Date.UTC(2024, 0, 1, 12))");
    assert_eq!(text(&vm, "noon.getHours()"), "12");
    vm.set_time_zone(&TimeZone::named("Asia/Tokyo").unwrap())
        .unwrap();
    assert_eq!(text(&vm, "noon.getHours()"), "21");
    vm.set_time_zone(&TimeZone::UTC).unwrap();
    assert_eq!(text(&vm, "noon.getHours()"), "12");
}

#[test]
fn it_is_part_of_a_snapshot() {
    let engine = Engine::global().unwrap();
    let vm = vm_in("Europe/Berlin");
    eval(&vm, "var summer = new Date(Date.UTC(2024, 6, 1, 12))");
    let snapshot = vm.snapshot().unwrap();
    for restored in [
        engine.restore(&snapshot).unwrap(),
        engine.vm().resume(&snapshot).unwrap(),
    ] {
        assert_eq!(restored.time_zone_name().unwrap(), "Europe/Berlin");
        assert_eq!(text(&restored, "summer.getHours()"), "14");
    }
    // Who restores it can say otherwise.
    let elsewhere = builder().time_zone(TimeZone::fixed(-60).unwrap());
    let restored = elsewhere.restore(&snapshot).unwrap();
    assert_eq!(text(&restored, "summer.getHours()"), "11");
    // The next VM of the same instance starts afresh.
    drop((vm, restored));
    for _ in 0..4 {
        let next = jsvm_tests::vm();
        assert_eq!(next.time_zone_name().unwrap(), "+00:00");
        assert_eq!(text(&next, "new Date(0).getHours()"), "0");
    }
}

#[test]
fn the_clock_is_shown_in_it() {
    let vm = builder()
        .clock(FixedClock(Duration::from_secs(1_720_000_000)))
        .time_zone(TimeZone::named("America/New_York").unwrap())
        .build()
        .unwrap();
    let shown = text(&vm, "new Date().toString()");
    assert!(
        shown.starts_with("Wed Jul 03 2024 05:46:40 GMT-0400"),
        "{shown}"
    );
    assert_eq!(
        text(&vm, "new Date().toISOString()"),
        "2024-07-03T09:46:40.000Z"
    );
}
