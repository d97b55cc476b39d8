use super::*;

const LEAST: &str = "data_dir = \"/tmp/x\"\n[station]\nid = \"A140105001\"\nname = \"东环\"\n";

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("edge.toml"))
}

/// The error and everything behind it, as `main` prints it.
fn complaint(text: &str) -> String {
    let error = parse(text).unwrap_err();
    let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    format!("{error}: {source}")
}

#[test]
fn the_sample_in_deploy_is_a_configuration() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/edge.toml");
    let config = Config::read(&path).unwrap();
    assert_eq!(config.station.id.as_str(), "A140105001");
    let lane = &config.lane[0];
    assert!(lane.head.is_some() && lane.front.is_some() && lane.rear.is_some() && config.weather.is_some());
    let meter = config.opacimeter.unwrap();
    assert_eq!((meter.driver, meter.device.as_str(), meter.baud), (MeterProtocol::Nht1l, "NHT-0042", 9_600));
    assert!(config.nmea.is_some_and(|nmea| nmea.endpoint().is_ok() && !nmea.weather));
    assert!(config.analyser[0].endpoint().is_ok() && config.analyser[1].endpoint().is_ok());
}

#[test]
fn everything_but_station_and_folder_has_a_default() {
    let config = parse(LEAST).unwrap();
    assert_eq!(config.uplink.keep_alive, Duration::from_secs(15));
    assert!(config.lane.is_empty() && config.weather.is_none());
}

#[test]
fn a_misspelt_key_is_named_with_the_choices() {
    let complaint = complaint(&format!("{LEAST}[uplink]\nkeepalive = \"5s\"\n"));
    for part in ["edge.toml", "keepalive", "keep_alive", "reconnect_at_most", "line 6"] {
        assert!(complaint.contains(part), "{part} in {complaint}");
    }
}

#[test]
fn a_value_out_of_range_is_named_with_what_is_allowed() {
    for (more, key, allowed) in [
        ("[[lane]]\nnumber = 1\nfront = { follow = true }", "lane 1.front", "exactly one of"),
        ("[[lane]]\nnumber = 1\nrear = { file = \"a\", url = \"b\" }", "lane 1.rear", "exactly one of"),
        ("[[lane]]\nnumber = 1\nrear = { file = \"a\", follow = true }", "lane 1.rear", "folder only"),
        ("[[lane]]\nnumber = 1\n[[lane]]\nnumber = 1", "lane 1.number", "once"),
        ("[[lane]]\nnumber = 100", "number", "1 to 99"),
        ("[[lane]]\nnumber = 2\nmatching = { settle = \"9s\" }", "lane 2.matching", "settle at most window"),
        ("[weather]\nport = \"x\"\naddress = 0", "weather.address", "1 to 247"),
        ("[nmea]\nweather = true", "nmea", "exactly one of port and tcp"),
        ("[nmea]\nport = \"x\"\ntcp = \"h:1\"", "nmea", "exactly one of port and tcp"),
        ("[nmea]\ntcp = \"host\"", "nmea", "host:port"),
        ("[[analyser]]\ntcp = \"h:1\"\nchannel = 10", "analyser 1", "0 to 9"),
        ("[[analyser]]\nport = \"x\"\nevery = \"5ms\"", "analyser 1", "200ms"),
        ("[uplink]\nkeep_alive = \"15 s\"", "keep_alive", "such as \"5s\""),
        ("[opacimeter]\nport = \"x\"\ndriver = \"nht\"\ndevice = \"1\"", "driver", "nht-1l"),
        ("[opacimeter]\nport = \"x\"\ndriver = \"nht-1l\"", "opacimeter", "device"),
        ("[uplink]\nkeep_alive = \"0s\"", "uplink.keep_alive", "\"1s\" to \"10m\""),
    ] {
        let complaint = complaint(&format!("{LEAST}{more}\n"));
        assert!(complaint.contains(key) && complaint.contains(allowed), "{complaint}");
    }
}

#[test]
fn a_stream_with_a_password_does_not_show_itself() {
    let config =
        parse(&format!("{LEAST}[[lane]]\nnumber = 1\nfront = {{ url = \"rtsp://u:geheim@c/\" }}\n")).unwrap();
    assert!(!format!("{config:?}").contains("geheim"));
}
