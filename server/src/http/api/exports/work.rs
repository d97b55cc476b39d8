//! Cases and repair orders as workbooks.

use axum::extract::State;
use server_core::access::Operation;
use server_core::case::{CaseState, Closing, overdue};
use server_core::inspection::Method;
use server_core::inspection::item::names;

use super::{Workbook, both, export, time, too_many};
use crate::documents::words::{case_state, law_day, order_state, plate_colour};
use crate::http::Site;
use crate::http::api::cases::CaseQuery;
use crate::http::api::orders::OrderQuery;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::Params;
use crate::http::session::Signed;
use crate::sheets::write::{Cell, Column, List, ROWS_MAX, column};
use crate::store::{CASES_MAX, CaseRow, OrderRow, PAGE_MAX};

const CASES: &[Column] = &[
    column("案件", "Case", 24),
    column("号牌", "Plate", 12),
    column("号牌颜色", "Plate colour", 16),
    column("超标项目", "Exceeded", 20),
    column("状态", "State", 22),
    column("立案时间", "Opened", 20),
    column("立案人", "Opened by", 14),
    column("通知书编号", "Notice", 22),
    column("送达日", "Served", 12),
    column("期限", "Due", 12),
    column("逾期", "Overdue", 10),
    column("复检站", "Retest at", 16),
    column("申诉收到日", "Appeal received", 14),
    column("移送时间", "Referred", 20),
    column("结案方式", "Ended by", 26),
    column("最近变动", "Changed", 20),
];

fn case(row: CaseRow, today: jiff::civil::Date) -> Vec<Cell> {
    let day = |day: Option<jiff::civil::Date>| day.map_or(Cell::Empty, Cell::Day);
    let us = |at: Option<jiff::Timestamp>| at.map_or(Cell::Empty, |at| time(at.as_microsecond()));
    let late = overdue(&row.case, today).is_some();
    let case = row.case;
    let ended = match &case.state {
        CaseState::Closed { by: Closing::Retest, .. } => Cell::text("复检合格 retest passed"),
        CaseState::Closed { by: Closing::Exception(exception), .. } => {
            let (ground, by) = (exception.ground.word(), exception.approved_by.as_str());
            Cell::text(format!("例外结案 exception: {ground}, {by}"))
        }
        CaseState::Withdrawn { .. } => Cell::text("撤销 withdrawn"),
        CaseState::Won { .. } => Cell::text("申诉成立 appeal upheld"),
        CaseState::Opened { .. }
        | CaseState::Noticed { .. }
        | CaseState::RepairOrdered { .. }
        | CaseState::Repaired { .. } => Cell::Empty,
    };
    vec![
        Cell::text(case.id.as_str()),
        Cell::text(case.vehicle.plate.as_str()),
        case.vehicle.colour.map_or(Cell::Empty, |colour| both(plate_colour(colour))),
        both(case.item.name()),
        both(case_state(&case.state)),
        time(case.opened.as_microsecond()),
        Cell::text(row.opened_by),
        Cell::maybe(case.notice.as_ref().map(|notice| notice.paper.as_str().to_owned())),
        day(case.notice.as_ref().map(|notice| notice.served)),
        day(case.deadline.map(|deadline| deadline.due)),
        if late { Cell::text("是 yes") } else { Cell::Empty },
        Cell::maybe(case.state.order().map(|order| order.station.as_str().to_owned())),
        day(case.appeal.map(|appeal| appeal.received)),
        us(case.referred),
        ended,
        time(row.updated.as_microsecond()),
    ]
}

/// Cases as a workbook, the most pressing first, by the same filters as the list. Taking it out is audited.
#[utoipa::path(get, path = "/cases/export.xlsx", tag = "cases", params(CaseQuery), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
    (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 422, description = "More rows than a workbook takes", body = ErrorBody)))]
pub(in crate::http::api) async fn cases(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<CaseQuery>,
) -> Result<Workbook, ApiError> {
    let scope = signed.may(Operation::ReadCases)?;
    let today = law_day(site.now());
    let mut filter = query.filter(scope.0, today, CASES_MAX)?;
    let mut reading = site.store.reading().await?;
    let mut rows = Vec::new();
    loop {
        let page = reading.cases(&filter).await?;
        let last = page.last().filter(|_| page.len() == CASES_MAX as usize);
        filter.after = last.map(|row| (row.queue.clone(), row.case.id.clone()));
        rows.extend(page.into_iter().map(|row| case(row, today)));
        if rows.len() > ROWS_MAX {
            return Err(too_many());
        }
        if filter.after.is_none() {
            break;
        }
    }
    drop(reading);
    export(
        &site,
        &signed,
        "cases",
        String::new(),
        None,
        List { title: "案件", columns: CASES.to_vec(), rows },
    )
    .await
}

const ORDERS: &[Column] = &[
    column("维修告知书", "Order", 24),
    column("状态", "State", 20),
    column("号牌", "Plate", 12),
    column("号牌颜色", "Plate colour", 16),
    column("车辆识别代号", "VIN", 20),
    column("检验站", "Station", 16),
    column("检验站名称", "Station's name", 24),
    column("不合格项目", "Failed", 34),
    column("检验方法", "Method", 24),
    column("期限", "Due", 12),
    column("不合格次数", "Failures", 10),
    column("维修单位", "Shop", 16),
    column("维修单位名称", "Shop's name", 24),
    column("开具时间", "Opened", 20),
    column("最近变动", "Changed", 20),
];

fn order(row: OrderRow) -> Vec<Cell> {
    let order = row.order;
    vec![
        Cell::text(order.id.as_str()),
        both(order_state(&order.state)),
        Cell::text(order.vehicle.plate.as_str()),
        order.vehicle.colour.map_or(Cell::Empty, |colour| both(plate_colour(colour))),
        Cell::maybe(order.vehicle.vin.map(|vin| vin.as_str().to_owned())),
        Cell::text(order.station.as_str()),
        Cell::maybe(row.station_name),
        both(names(&order.items)),
        order.method.map_or(Cell::Empty, |method| both(Method::name(method))),
        Cell::Day(order.due),
        Cell::Whole(i64::from(order.failures)),
        Cell::maybe(row.shop.map(|shop| shop.as_str().to_owned())),
        Cell::maybe(row.shop_name),
        time(row.opened_us),
        time(row.changed_us),
    ]
}

/// Repair orders as a workbook, the latest change first, by the same filters as the list. Taking it out is audited.
#[utoipa::path(get, path = "/orders/export.xlsx", tag = "orders", params(OrderQuery), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
    (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 422, description = "More rows than a workbook takes", body = ErrorBody)))]
pub(in crate::http::api) async fn orders(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<OrderQuery>,
) -> Result<Workbook, ApiError> {
    let reach = signed.reach(Operation::ReadOrders)?;
    let mut filter = query.filter(reach, law_day(site.now()))?;
    let mut reading = site.store.reading().await?;
    let mut rows = Vec::new();
    loop {
        let page = reading.orders(&filter, PAGE_MAX).await?;
        let last = page.last().filter(|_| page.len() == PAGE_MAX as usize);
        filter.older_than = last.map(|row| (row.changed_us, row.order.id.as_str().to_owned()));
        rows.extend(page.into_iter().map(order));
        if rows.len() > ROWS_MAX {
            return Err(too_many());
        }
        if filter.older_than.is_none() {
            break;
        }
    }
    drop(reading);
    export(
        &site,
        &signed,
        "orders",
        String::new(),
        None,
        List { title: "维修告知书", columns: ORDERS.to_vec(), rows },
    )
    .await
}
