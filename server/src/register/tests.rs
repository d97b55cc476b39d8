//! Imports from file to register, on both databases.

use std::sync::Mutex;

use jiff::Timestamp;
use plumewatch_shared::ids::FileHash;
use plumewatch_shared::plate::PlateColour;
use server_core::access::Scope;
use server_core::register::CarrierCode;
use server_core::register::columns::Kind;

use super::*;
use crate::rulebooks::Books;
use crate::sheets::read;
use crate::store::fixture::{now, on_both};
use crate::store::{ImportRow, Store};

fn scope(region: &str) -> Scope {
    Scope(region.parse().unwrap())
}

async fn upload(store: &Store, kind: Kind, text: &str) -> Result<ImportRow, ImportError> {
    upload_as(store, kind, text, scope("140000"), &|_| {}).await
}

async fn upload_as(
    store: &Store,
    kind: Kind,
    text: &str,
    scope: Scope,
    tell: &impl Fn(Progress),
) -> Result<ImportRow, ImportError> {
    let upload = Upload {
        kind,
        file_name: "上传.csv".to_owned(),
        sha256: FileHash::of(text.as_bytes()),
        sheet: read(text.as_bytes(), "上传.csv")?,
        scope,
        by: "li".to_owned(),
    };
    preview(store, upload, now(), tell).await
}

async fn take(store: &Store, kind: Kind, text: &str) -> Applied {
    let import = upload(store, kind, text).await.unwrap();
    assert_eq!(import.rows_refused, 0, "{:?}", rules(store, &import).await);
    apply(store, &Books::shipped(), &import.id, FileHash::of(text.as_bytes()), scope("140000"), "li", now())
        .await
        .unwrap()
}

fn counts(import: &ImportRow) -> [i64; 4] {
    [import.rows_new, import.rows_changed, import.rows_unchanged, import.rows_refused]
}

/// Rows and the rules by which they are refused.
async fn rules(store: &Store, import: &ImportRow) -> Vec<(i64, String)> {
    let rows = store.reading().await.unwrap().import_rows(&import.id, "refused", 0, 1_000).await.unwrap();
    rows.iter()
        .flat_map(|row| {
            let told: ToldRow = serde_json::from_str(&row.told).unwrap();
            told.refusals.into_iter().map(|refusal| (row.row_number, refusal.rule))
        })
        .collect()
}

const CARRIERS: &str = "企业代码,名称,辖区\nWL-1,晋通物流,140105\nWL-2,大同运输,140202\n";
const VEHICLES: &str = "车牌号,车牌颜色,燃料种类,辖区,运输企业代码,入队日期\n\
    晋A12345,黄,柴油,140105,WL-1,2026-01-01\n晋A12346,黄,柴油,140105,WL-1,2026-01-01\n";

on_both! {
    async fn a_register_begins_with_carriers_and_their_fleets(store: Store) {
        assert_eq!(counts(&take(&store, Kind::Carriers, CARRIERS).await.import), [2, 0, 0, 0]);
        let applied = take(&store, Kind::Vehicles, VEHICLES).await;
        assert_eq!((counts(&applied.import), applied.carriers), ([2, 0, 0, 0], vec![CarrierCode::parse("WL-1").unwrap()]));
        let mut reading = store.reading().await.unwrap();
        let day = jiff::civil::date(2026, 11, 1);
        let found = reading.vehicle_on(&"晋A12345".parse().unwrap(), Some(PlateColour::Yellow), day).await.unwrap().unwrap();
        assert_eq!(found.carrier.map(|code| code.as_str().to_owned()).as_deref(), Some("WL-1"));
        assert_eq!(reading.fleet_size_on(&CarrierCode::parse("WL-1").unwrap(), day).await.unwrap(), 2);
        let audited = reading.audit_from(0, 10).await.unwrap();
        assert_eq!(audited.len(), 2);
        assert!(audited[1].entry.detail.starts_with("vehicles ") && audited[1].entry.detail.ends_with("new=2 changed=0 unchanged=0"));
    }

    async fn all_or_nothing(store: Store) {
        take(&store, Kind::Carriers, CARRIERS).await;
        let text = format!("{VEHICLES}晋AI2347,黄,柴油,140105,WL-9,2026-01-01\n晋A12345,黄,柴油,140105,,\n晋A12348,黄,柴油,110105,WL-1,2027-01-01\n晋A12349,黄,柴油,140105,WL-9,\n");
        let import = upload(&store, Kind::Vehicles, &text).await.unwrap();
        assert_eq!(counts(&import), [2, 0, 0, 4]);
        let told = rules(&store, &import).await;
        let wanted = [(4, "plate.look-alike"), (5, "row.duplicate"), (6, "date.future"), (6, "region.outside"), (7, "carrier.unknown")];
        assert_eq!(told, wanted.map(|(row, rule)| (row, rule.to_owned())));
        let applied = apply(&store, &Books::shipped(), &import.id, FileHash::of(text.as_bytes()), scope("140000"), "li", now()).await;
        assert!(matches!(applied, Err(ImportError::Refused(4))), "{applied:?}");
        let mut reading = store.reading().await.unwrap();
        assert_eq!(reading.register_counts(scope("140000")).await.unwrap().vehicles, 0);
        assert_eq!(reading.register_version().await.unwrap(), 1);
    }

    async fn the_same_file_twice_is_recognised_and_changes_nothing(store: Store) {
        take(&store, Kind::Carriers, CARRIERS).await;
        let first = upload(&store, Kind::Vehicles, VEHICLES).await.unwrap();
        let again = upload(&store, Kind::Vehicles, VEHICLES).await.unwrap();
        assert_eq!(first, again, "looked at twice, it is one preview");
        let hash = FileHash::of(VEHICLES.as_bytes());
        apply(&store, &Books::shipped(), &first.id, hash, scope("140000"), "li", now()).await.unwrap();
        let twice = apply(&store, &Books::shipped(), &first.id, hash, scope("140000"), "li", now()).await;
        assert!(matches!(twice, Err(ImportError::Settled(_))), "{twice:?}");
        let third = upload(&store, Kind::Vehicles, VEHICLES).await.unwrap();
        assert_eq!(counts(&third), [0, 0, 2, 0]);
        let nothing = apply(&store, &Books::shipped(), &third.id, hash, scope("140000"), "li", now()).await;
        assert!(matches!(nothing, Err(ImportError::NothingToDo)), "{nothing:?}");
        let before = store.reading().await.unwrap().applied_before(&hash.to_string(), "vehicles", scope("140000")).await.unwrap();
        assert_eq!(before.map(|import| import.id), Some(first.id));
    }

    async fn a_preview_of_another_register_is_not_applied(store: Store) {
        take(&store, Kind::Carriers, CARRIERS).await;
        let waiting = upload(&store, Kind::Vehicles, VEHICLES).await.unwrap();
        take(&store, Kind::Carriers, "code,name,region\nWL-3,x,140105\n").await;
        let hash = FileHash::of(VEHICLES.as_bytes());
        let late = apply(&store, &Books::shipped(), &waiting.id, hash, scope("140000"), "li", now()).await;
        assert!(matches!(late, Err(ImportError::RegisterChanged)), "{late:?}");
        let fresh = upload(&store, Kind::Vehicles, VEHICLES).await.unwrap();
        assert_ne!(fresh.id, waiting.id);
        let other = apply(&store, &Books::shipped(), &fresh.id, FileHash::of(b"another"), scope("140000"), "li", now()).await;
        assert!(matches!(other, Err(ImportError::OtherFile)), "{other:?}");
        for stranger in [scope("110000"), scope("000000")] {
            let refused = apply(&store, &Books::shipped(), &fresh.id, hash, stranger, "li", now()).await;
            assert!(matches!(refused, Err(ImportError::Unknown)), "{refused:?}");
        }
        apply(&store, &Books::shipped(), &fresh.id, hash, scope("140000"), "li", now()).await.unwrap();
    }

    async fn a_refresh_changes_what_it_names(store: Store) {
        take(&store, Kind::Carriers, CARRIERS).await;
        take(&store, Kind::Vehicles, VEHICLES).await;
        let text = "车牌号,车牌颜色,燃料种类,辖区,运输企业代码,入队日期,品牌,备注\n\
            晋A12345,黄,柴油,140105,WL-2,2026-06-01,,x\n晋A12346,黄,天然气,140105,,,解放,\n晋A12347,黄,柴油,140105,,,,\n";
        let import = upload(&store, Kind::Vehicles, text).await.unwrap();
        assert_eq!((counts(&import), import.not_read.as_str()), ([1, 2, 0, 0], "备注"));
        let rows = store.reading().await.unwrap().import_rows(&import.id, "changed", 0, 10).await.unwrap();
        let told: ToldRow = serde_json::from_str(&rows[1].told).unwrap();
        let changes: Vec<_> = told.changes.iter().map(|c| (c.column.as_str(), c.before.as_str(), c.after.as_str())).collect();
        assert_eq!((rows[1].named.as_str(), changes), ("晋A12346", vec![("fuel", "diesel", "natural-gas"), ("make", "", "解放")]));
        let applied = take(&store, Kind::Vehicles, text).await;
        let moved: Vec<&str> = applied.carriers.iter().map(CarrierCode::as_str).collect();
        assert_eq!(moved, ["WL-1", "WL-2"]);
        let mut reading = store.reading().await.unwrap();
        let size = async |reading: &mut crate::store::Reading, code, month| {
            reading.fleet_size_on(&CarrierCode::parse(code).unwrap(), jiff::civil::date(2026, month, 1)).await.unwrap()
        };
        assert_eq!([size(&mut reading, "WL-1", 5).await, size(&mut reading, "WL-1", 7).await], [2, 1]);
        assert_eq!([size(&mut reading, "WL-2", 5).await, size(&mut reading, "WL-2", 7).await], [0, 1]);
    }

    async fn shops_and_their_certificates(store: Store) {
        let certificates = "shop,certificate,from_day,until_day\nM-1,甲,2026-01-01,2026-12-31\nM-1,甲,2026-01-01,\nM-2,乙,2026-01-01,\n";
        let import = upload(&store, Kind::Qualifications, certificates).await.unwrap();
        assert_eq!(rules(&store, &import).await, [(2, "shop.unknown".to_owned()), (3, "row.duplicate".to_owned()), (4, "shop.unknown".to_owned())]);
        take(&store, Kind::RepairShops, "code,name,region,closed_on\nM-1,晋城维修,140105,\n").await;
        take(&store, Kind::InspectionStations, "code,name,region,opened_on\nI-1,太原检测,140105,2019-05-01\n").await;
        let certificates = "shop,certificate,from_day,until_day\nM-1,甲,2026-01-01,2026-12-31\n";
        take(&store, Kind::Qualifications, certificates).await;
        let shop = server_core::access::OrganisationCode::parse("M-1").unwrap();
        let mut reading = store.reading().await.unwrap();
        let on = reading.shop_qualified_on(&shop, jiff::civil::date(2026, 12, 31)).await.unwrap();
        assert_eq!(on.map(|row| row.certificate).as_deref(), Some("甲"), "its last day is in it");
        assert_eq!(reading.shop_qualified_on(&shop, jiff::civil::date(2027, 1, 1)).await.unwrap(), None);
    }

    async fn another_regions_records_are_refused(store: Store) {
        take(&store, Kind::Carriers, CARRIERS).await;
        let taken = upload_as(&store, Kind::Carriers, "code,name,region\nWL-2,我的,140105\n", scope("140100"), &|_| {}).await.unwrap();
        assert_eq!(rules(&store, &taken).await, [(2, "region.elsewhere".to_owned())]);
        let text = "车牌号,车牌颜色,燃料种类,辖区,运输企业代码\n晋A12345,黄,柴油,140105,WL-2\n";
        let joined = upload_as(&store, Kind::Vehicles, text, scope("140100"), &|_| {}).await.unwrap();
        assert_eq!(rules(&store, &joined).await, [(2, "carrier.unknown".to_owned())]);
    }

    async fn a_large_file_tells_how_far_it_is_and_is_taken_whole(store: Store) {
        let mut text = "车牌号,车牌颜色,燃料种类,辖区\n".to_owned();
        for n in 0..3_000 {
            text.push_str(&format!("晋A{n:05},黄,柴油,140105\n"));
        }
        let told = Mutex::new(Vec::new());
        let import = upload_as(&store, Kind::Vehicles, &text, scope("140000"), &|progress| told.lock().unwrap().push(progress)).await.unwrap();
        assert_eq!(counts(&import), [3_000, 0, 0, 0]);
        let told = told.into_inner().unwrap();
        assert!(told.len() > 5 && told.windows(2).all(|pair| pair[0].done < pair[1].done));
        assert_eq!(told.last(), Some(&Progress { done: 3_000, of: 3_000 }));
        apply(&store, &Books::shipped(), &import.id, FileHash::of(text.as_bytes()), scope("140000"), "li", now()).await.unwrap();
        assert_eq!(store.reading().await.unwrap().register_counts(scope("140000")).await.unwrap().vehicles, 3_000);
    }

    async fn a_preview_that_nobody_applied_is_forgotten(store: Store) {
        let import = upload(&store, Kind::Carriers, CARRIERS).await.unwrap();
        discard(&store, &import.id, scope("140000")).await.unwrap();
        let gone = apply(&store, &Books::shipped(), &import.id, FileHash::of(CARRIERS.as_bytes()), scope("140000"), "li", now()).await;
        assert!(matches!(gone, Err(ImportError::Settled(_))), "{gone:?}");
        let later = |days: i64| now().checked_add(jiff::SignedDuration::from_hours(days * 24)).unwrap();
        let second = upload_at(&store, later(1), "code,name,region\nWL-4,x,140105\n").await;
        let third = upload_at(&store, later(9), "code,name,region\nWL-5,x,140105\n").await;
        let mut reading = store.reading().await.unwrap();
        assert_eq!(reading.import(&second.id, scope("140000")).await.unwrap().unwrap().state, "discarded");
        assert_eq!(reading.import_rows(&second.id, "", 0, 10).await.unwrap(), []);
        assert_eq!(reading.import_rows(&third.id, "", 0, 10).await.unwrap().len(), 1);
    }
}

async fn upload_at(store: &Store, at: Timestamp, text: &str) -> ImportRow {
    let upload = Upload {
        kind: Kind::Carriers,
        file_name: "上传.csv".to_owned(),
        sha256: FileHash::of(text.as_bytes()),
        sheet: read(text.as_bytes(), "上传.csv").unwrap(),
        scope: scope("140000"),
        by: "li".to_owned(),
    };
    preview(store, upload, at, |_| {}).await.unwrap()
}

#[test]
fn every_template_is_read_by_its_own_importer() {
    for kind in Kind::ALL {
        for ending in ["xlsx", "csv"] {
            let name = format!("{}.{ending}", kind.word());
            let wanted = Template::named(&name).unwrap();
            let sheet = read(&template(wanted).unwrap(), &name).unwrap();
            assert_eq!(sheet.header.len(), kind.columns().len(), "{name}");
            assert!(sheet.rows.is_empty(), "{name}: the example is not taken for a record");
        }
    }
    assert_eq!(Template::named("vehicles.pdf"), None);
}

/// The largest file, on both databases: how long, and how much memory. Figures of README.
/// `cargo test -p plumewatch-server --lib -- --ignored --nocapture hundred_thousand`
mod hundred_thousand {
    use super::*;

    fn text() -> String {
        let mut text = "车牌号,车牌颜色,燃料种类,辖区,车辆类型,品牌,运输企业代码,入队日期\n".to_owned();
        for n in 0..crate::sheets::MAX_ROWS {
            let letter = ["A", "B", "C", "D", "E"][n / 20_000];
            text.push_str(&format!(
                "晋{letter}{n:05},黄,柴油,140105,重型货车,解放,WL-{},2026-01-01\n",
                n % 2 + 1
            ));
        }
        text
    }

    /// The process's memory now, MiB.
    fn resident() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }

    async fn figures(store: Store, name: &str) {
        take(&store, Kind::Carriers, CARRIERS).await;
        let text = text();
        let (before, most) = (resident(), std::sync::atomic::AtomicU64::new(0));
        let begun = std::time::Instant::now();
        let tell = |_| {
            most.fetch_max(resident(), std::sync::atomic::Ordering::Relaxed);
        };
        let import = upload_as(&store, Kind::Vehicles, &text, scope("140000"), &tell).await.unwrap();
        let looked = begun.elapsed();
        assert_eq!(counts(&import), [100_000, 0, 0, 0]);
        let begun = std::time::Instant::now();
        apply(
            &store,
            &Books::shipped(),
            &import.id,
            FileHash::of(text.as_bytes()),
            scope("140000"),
            "li",
            now(),
        )
        .await
        .unwrap();
        let applied = begun.elapsed();
        let grown = most.into_inner().saturating_sub(before);
        eprintln!("{name}: preview {looked:.1?}, apply {applied:.1?}, memory +{grown} MiB");
        assert!(grown < 512, "memory is bounded");
    }

    #[tokio::test]
    #[ignore = "a minute of both databases; run by hand for figures"]
    async fn on_sqlite() {
        let (store, _folder) = crate::store::fixture::sqlite().await;
        figures(store, "SQLite").await;
    }

    #[tokio::test]
    #[ignore = "a minute of both databases; run by hand for figures"]
    async fn on_postgresql() {
        if let Some(store) = crate::store::fixture::postgres().await {
            figures(store, "PostgreSQL").await;
        }
    }
}
