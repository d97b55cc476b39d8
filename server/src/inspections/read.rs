//! What a station's program sent, read: an inspection, or everything in it that is none.

use jiff::Timestamp;
use plumewatch_shared::exhaust_test::{TestItem, TestOutcome, TestValue};
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::plate::PlateColour;
use plumewatch_shared::units::{AbsorptionCoefficient, EngineSpeed, RingelmannLevel};
use server_core::access::OrganisationCode;
use server_core::broken_rule::BrokenRule;
use server_core::inspection::test::*;
use server_core::inspection::{InspectedItem, InspectionId, ReportNumber, VehicleIdentity};
use server_core::order::OrderId;
use server_core::register::Vin;

use super::wire::{
    InspectionUpload, UploadedEmission, UploadedLugPoint, UploadedObd, UploadedRun, UploadedValue,
};

/// Characters of an inspector's name, a model or a thing seen at most.
const TEXT_MAX: usize = 100;

impl InspectionUpload {
    /// The inspection, or everything in the upload that is none.
    pub fn inspection(
        &self,
        station: &OrganisationCode,
        now: Timestamp,
    ) -> Result<Inspection, Vec<BrokenRule>> {
        let mut wrong = Vec::new();
        let report = ReportNumber::parse(self.report_number.trim());
        let plate = self.vehicle.plate.parse().ok();
        let colour = PlateColour::from_word(&self.vehicle.plate_colour);
        let vin = Vin::parse(&self.vehicle.vin).ok();
        let order = self.order.as_deref().map(|text| OrderId::parse(text.trim()));
        need(
            report.is_some(),
            "report_number",
            "报告编号应为1至40位字母、数字或“-”。",
            "A report number is 1 to 40 letters, digits or “-”.",
            &mut wrong,
        );
        need(
            (1..=99).contains(&self.line),
            "line",
            "检测线编号应为1至99。",
            "A line is 1 to 99.",
            &mut wrong,
        );
        need(
            order != Some(None),
            "order",
            "维修单编号应为R加20位十六进制数字。",
            "An order's number is R and 20 hex digits.",
            &mut wrong,
        );
        need(plate.is_some(), "vehicle.plate", "车牌号码无法识别。", "The plate is none.", &mut wrong);
        need(
            colour.is_some(),
            "vehicle.plate_colour",
            "车牌颜色应为blue、yellow、green、yellow-green、white或black。",
            "A plate's colour is blue, yellow, green, yellow-green, white or black.",
            &mut wrong,
        );
        need(
            vin.is_some(),
            "vehicle.vin",
            "车辆识别代号应为17位，不含I、O、Q。",
            "An identification number has 17 characters without I, O, Q.",
            &mut wrong,
        );
        let span = self.span(now, &mut wrong);
        let emission = self.emission(&mut wrong);
        let obd = self.obd.as_ref().and_then(|obd| obd.obd(&mut wrong));
        let texts = [Some(&self.inspector), self.vehicle.engine_model.as_ref()];
        let texts = texts.into_iter().flatten().chain(&self.appearance_failed);
        let plain = texts.into_iter().all(|text| plain(text, TEXT_MAX));
        need(
            plain && self.appearance_failed.len() <= APPEARANCE_MAX,
            "inspector",
            "检验员、发动机型号、外观不合格项应为1至100个字符（外观至多20项）。",
            "Inspector, engine model and each thing seen have 1 to 100 characters; at most 20 things are named.",
            &mut wrong,
        );
        let told = self.told(&mut wrong);
        let (Some(report), Some(plate), Some(span), Some(emission), Some(told), true) =
            (report, plate, span, emission, told, wrong.is_empty())
        else {
            return Err(wrong);
        };
        Ok(Inspection {
            id: InspectionId::of(station, &report),
            station: station.clone(),
            line: self.line,
            report,
            order: order.flatten(),
            vehicle: VehicleIdentity { plate, colour, vin },
            engine_model: self.vehicle.engine_model.as_deref().map(|text| text.trim().to_owned()),
            rated_power_w: self.vehicle.rated_power_w,
            altitude_m: self.altitude_m,
            span,
            air: Air {
                celsius_hundredths: self.air.celsius_hundredths,
                humidity_hundredths: self.air.humidity_hundredths,
                pascal: self.air.pascal,
            },
            emission,
            obd,
            appearance: self.appearance_failed.iter().map(|text| text.trim().to_owned()).collect(),
            inspector: self.inspector.trim().to_owned(),
            told,
        })
    }

    fn span(&self, now: Timestamp, wrong: &mut Vec<BrokenRule>) -> Option<Span> {
        let at = |us| Timestamp::from_microsecond(us).ok();
        let span = at(self.started_utc_us).zip(at(self.ended_utc_us));
        let span = span.filter(|(started, ended)| started <= ended);
        need(
            span.is_some(),
            "ended_utc_us",
            "开始和结束时间无法识别，或结束早于开始。",
            "The times are none, or the test ends before it begins.",
            wrong,
        );
        let (started, ended) = span?;
        need(
            ended <= now,
            "ended_utc_us",
            "结束时间尚未到来；请校准检测线时钟。",
            "The test ends in the future; set the line's clock.",
            wrong,
        );
        Some(Span { started, ended })
    }

    fn emission(&self, wrong: &mut Vec<BrokenRule>) -> Option<Emission> {
        let k = |per_m_hundredths| AbsorptionCoefficient { per_m_hundredths };
        match &self.emission {
            UploadedEmission::FreeAcceleration { purges, idle_rpm, runs } => {
                let points: usize = runs.iter().map(|run| run.curve.len()).sum();
                let fits = (1..=RUNS_MAX).contains(&runs.len()) && points <= PROCESS_POINTS_MAX;
                need(
                    fits,
                    "emission.runs",
                    "自由加速次数应为1至8次，过程数据至多600点。",
                    "There are 1 to 8 accelerations with at most 600 points together.",
                    wrong,
                );
                let run = |run: &UploadedRun| Run {
                    highest: k(run.k_per_m_hundredths),
                    highest_speed: EngineSpeed { rpm: run.rpm },
                    curve: run
                        .curve
                        .iter()
                        .map(|point| RunPoint {
                            ms: point.ms,
                            k: k(point.k_per_m_hundredths),
                            speed: EngineSpeed { rpm: point.rpm },
                        })
                        .collect(),
                };
                let idle = EngineSpeed { rpm: *idle_rpm };
                fits.then(|| Emission::FreeAcceleration {
                    purges: *purges,
                    idle,
                    runs: runs.iter().map(run).collect(),
                })
            }
            UploadedEmission::LugDown {
                k100_per_m_hundredths,
                k80_per_m_hundredths,
                nox80_ppm,
                wheel_power_w,
                process,
            } => {
                let points: Option<Vec<LugPoint>> = process.iter().map(UploadedLugPoint::point).collect();
                let points = points.filter(|points| (1..=PROCESS_POINTS_MAX).contains(&points.len()));
                need(
                    points.is_some(),
                    "emission.process",
                    "加载减速过程数据应为1至600点，阶段为scan、at-100或at-80。",
                    "Process data have 1 to 600 points of the phases scan, at-100 and at-80.",
                    wrong,
                );
                let process = points?;
                Some(Emission::LugDown {
                    k100: k(*k100_per_m_hundredths),
                    k80: k(*k80_per_m_hundredths),
                    nox80_ppm: *nox80_ppm,
                    wheel_power_w: *wheel_power_w,
                    process,
                })
            }
            UploadedEmission::Ringelmann { levels } => {
                let levels: Option<Vec<_>> =
                    levels.iter().map(|level| RingelmannLevel::new(*level)).collect();
                let levels = levels.filter(|levels| (1..=PROCESS_POINTS_MAX).contains(&levels.len()));
                need(
                    levels.is_some(),
                    "emission.levels",
                    "林格曼黑度应为0至5级，1至600个读数。",
                    "There are 1 to 600 levels from 0 to 5.",
                    wrong,
                );
                Some(Emission::Ringelmann { levels: levels? })
            }
        }
    }

    fn told(&self, wrong: &mut Vec<BrokenRule>) -> Option<Told> {
        let outcome = match self.outcome.as_str() {
            "passed" => Some(TestOutcome::Passed),
            "failed" => Some(TestOutcome::Failed),
            _ => None,
        };
        need(
            outcome.is_some(),
            "outcome",
            "检验结论应为passed或failed。",
            "An outcome is passed or failed.",
            wrong,
        );
        let value = |told: &UploadedValue| {
            TestItem::from_word(&told.item).map(|item| TestValue { item, value: told.value })
        };
        let values: Option<Vec<_>> = self.values.iter().take(20).map(value).collect();
        need(values.is_some(), "values", "未知的检验项目。", "An item is not known.", wrong);
        let failed: Option<_> =
            self.failed.iter().take(20).map(|word| InspectedItem::from_word(word)).collect();
        need(failed.is_some(), "failed", "未知的不合格项目。", "A failed item is not known.", wrong);
        Some(Told { outcome: outcome?, values: values?, failed: failed? })
    }
}

impl UploadedLugPoint {
    fn point(&self) -> Option<LugPoint> {
        Some(LugPoint {
            ms: self.ms,
            phase: LugPhase::from_word(&self.phase)?,
            k: AbsorptionCoefficient { per_m_hundredths: self.k_per_m_hundredths },
            speed: EngineSpeed { rpm: self.rpm },
            roller_mm_s: self.roller_mm_s,
            power_w: self.power_w,
            nox_ppm: self.nox_ppm,
            co2_hundredths: self.co2_hundredths,
        })
    }
}

impl UploadedObd {
    fn obd(&self, wrong: &mut Vec<BrokenRule>) -> Option<Obd> {
        let texts = [self.calibration.as_ref(), self.calibration_sum.as_ref()];
        let fits = self.trouble_codes.len() <= TROUBLE_CODES_MAX
            && self.trouble_codes.iter().chain(texts.into_iter().flatten()).all(|text| plain(text, TEXT_MAX));
        need(
            fits,
            "obd",
            "故障码至多50个；故障码、CALID、CVN应为1至100个字符。",
            "There are at most 50 trouble codes; each, CALID and CVN have 1 to 100 characters.",
            wrong,
        );
        fits.then(|| Obd {
            communicates: self.communicates,
            lamp_consistent: self.lamp_consistent,
            lamp_on: self.lamp_on,
            lamp_km: self.lamp_km,
            trouble_codes: self.trouble_codes.clone(),
            not_ready: self.not_ready,
            // Old computers tell zeros or nothing: that is no number, and no other number either.
            vin: self.vin.as_deref().and_then(|vin| Vin::parse(vin).ok()),
            calibration: self.calibration.clone(),
            calibration_sum: self.calibration_sum.clone(),
        })
    }
}

fn plain(text: &str, most: usize) -> bool {
    let text = text.trim();
    !text.is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
}

/// Says that a field is wrong unless it holds.
fn need(holds: bool, field: &'static str, zh: &str, en: &str, wrong: &mut Vec<BrokenRule>) {
    if !holds {
        let remedy = Bilingual::new(
            "请更正后整份重新上传；没有任何内容被保存。",
            "Correct it and upload the whole again; nothing was kept.",
        );
        wrong.push(BrokenRule::new("field", Bilingual::new(zh, en), remedy).of(field));
    }
}
