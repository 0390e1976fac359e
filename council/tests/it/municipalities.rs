//! Municipalities, hosts and bodies.

use council::{Error, MunicipalityId, municipality::Bilingual};

use crate::bench::{Bench, Wrong, new_municipality, on_both};

on_both! {
    the_only_one_answers_at_every_host
    hosts_find_their_municipality
    what_is_taken_or_wrong_is_refused
    bodies_are_their_municipalitys_and_sorted
}

async fn the_only_one_answers_at_every_host(bench: &Bench) {
    let council = &bench.council;
    council.ping().await.unwrap();
    assert!(council.municipality_by_host("localhost").await.unwrap().is_none());
    let town = bench.town("rethymno").await;
    for host in ["localhost:8080", "rethymno.example", "[::1]:80", "192.0.2.1", "not a host", ""] {
        let found = council.municipality_by_host(host).await.unwrap();
        assert_eq!(found.map(|found| found.id), Some(town.municipality.id), "{host}");
    }
}

async fn hosts_find_their_municipality(bench: &Bench) {
    let council = &bench.council;
    let mut new = new_municipality("rethymno");
    new.hosts.extend(["Live.Rethymno.example.:443".into(), "[2001:db8::0:1]".into()]);
    let rethymno = council.create_municipality(new).await.unwrap();
    let amari = bench.town("amari").await.municipality;
    for (host, expected) in [
        ("RETHYMNO.example:8443", Some(rethymno.id)),
        ("live.rethymno.example", Some(rethymno.id)),
        ("[2001:DB8::1]:8080", Some(rethymno.id)),
        ("amari.example.", Some(amari.id)),
        ("elsewhere.example", None),
        ("", None),
    ] {
        let found = council.municipality_by_host(host).await.unwrap();
        assert_eq!(found.map(|found| found.id), expected, "{host}");
    }
    let slugs: Vec<String> = council.municipalities().await.unwrap().into_iter().map(|one| one.slug).collect();
    assert_eq!(slugs, ["amari", "rethymno"]);
    let found = council.municipality_by_host("rethymno.example").await.unwrap().unwrap();
    assert_eq!((found.time_zone.as_str(), found.default_language.as_str()), ("Europe/Athens", "el"));
    assert_eq!(found.name, rethymno.name);
}

async fn what_is_taken_or_wrong_is_refused(bench: &Bench) {
    let council = &bench.council;
    bench.town("rethymno").await;
    let same_slug = council.create_municipality(new_municipality("rethymno")).await;
    assert!(matches!(same_slug, Err(Error::Taken("slug"))), "{same_slug:?}");
    let mut same_host = new_municipality("amari");
    same_host.hosts.push("Rethymno.example".into());
    let same_host = council.create_municipality(same_host).await;
    assert!(matches!(same_host, Err(Error::Taken("host"))), "{same_host:?}");
    assert_eq!(council.municipalities().await.unwrap().len(), 1, "nothing was half made");

    let wrong: [Wrong<council::municipality::NewMunicipality>; 5] = [
        ("slug", |new| new.slug = "Ρέθυμνο".into()),
        ("name", |new| new.name.el = " \u{200b}".into()),
        ("name-en", |new| new.name.en = "x".repeat(201)),
        ("hosts", |new| new.hosts = vec!["http://x".into()]),
        ("accent", |new| new.accent = "blue".into()),
    ];
    for (field, change) in wrong {
        let mut new = new_municipality("sfakia");
        change(&mut new);
        let refused = council.create_municipality(new).await;
        assert!(matches!(refused, Err(Error::Invalid { field: f, .. }) if f == field), "{field}: {refused:?}");
    }
}

async fn bodies_are_their_municipalitys_and_sorted(bench: &Bench) {
    let council = &bench.council;
    let town = bench.town("rethymno").await;
    let other = bench.town("amari").await;
    let name = |el: &str| Bilingual { el: el.into(), en: String::new() };
    council.create_body(town.municipality.id, "armeni", name("Κοινότητα Αρμένων")).await.unwrap();
    council.create_body(town.municipality.id, "atsipopoulo", name("Άτσιπόπουλο")).await.unwrap();
    let names: Vec<String> =
        council.bodies(town.municipality.id).await.unwrap().into_iter().map(|body| body.name.el).collect();
    assert_eq!(names, ["Άτσιπόπουλο", "Κοινότητα Αρμένων", "Συμβούλιο"]);
    assert_eq!(council.bodies(other.municipality.id).await.unwrap().len(), 1);
    let taken = council.create_body(town.municipality.id, "armeni", name("Άλλη")).await;
    assert!(matches!(taken, Err(Error::Taken("slug"))), "{taken:?}");
    let nowhere = council.create_body(MunicipalityId::new(), "armeni", name("Άλλη")).await;
    assert!(matches!(nowhere, Err(Error::NotFound("municipality"))), "{nowhere:?}");
}
