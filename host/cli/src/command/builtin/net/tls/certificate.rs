//! What is in a certificate, as `socket.getPeerCertificate()` shows it.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use jsvm::Bytes;
use rustls::pki_types::{CertificateDer, UnixTime};
use serde::Serialize;
use sha2::{Digest, Sha256, Sha512};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate, X509Name};
use x509_parser::time::ASN1Time;

/// A certificate, as programs see it.
#[derive(Serialize)]
pub struct Certificate {
    subject: BTreeMap<String, String>,
    issuer: BTreeMap<String, String>,
    subjectaltname: String,
    ca: bool,
    valid_from: String,
    valid_to: String,
    #[serde(rename = "serialNumber")]
    serial_number: String,
    fingerprint256: String,
    fingerprint512: String,
    raw: Bytes,
    pubkey: Bytes,
}

/// Whether a certificate can be used at a time.
pub enum Validity {
    Valid,
    NotYet,
    Expired,
}

/// Reads a certificate. One that cannot be read shows nothing but its bytes.
pub fn read(der: &CertificateDer<'_>) -> Certificate {
    let mut shown = Certificate {
        subject: BTreeMap::new(),
        issuer: BTreeMap::new(),
        subjectaltname: String::new(),
        ca: false,
        valid_from: String::new(),
        valid_to: String::new(),
        serial_number: String::new(),
        fingerprint256: hex(&Sha256::digest(der), ":"),
        fingerprint512: hex(&Sha512::digest(der), ":"),
        raw: Bytes(der.to_vec()),
        pubkey: Bytes::default(),
    };
    if let Ok((_, certificate)) = X509Certificate::from_der(der) {
        shown.subject = names(certificate.subject());
        shown.issuer = names(certificate.issuer());
        shown.ca = certificate.is_ca();
        shown.valid_from = time(certificate.validity().not_before);
        shown.valid_to = time(certificate.validity().not_after);
        shown.serial_number = hex(certificate.raw_serial(), "");
        shown.pubkey = Bytes(certificate.public_key().raw.to_vec());
        if let Ok(Some(extension)) = certificate.subject_alternative_name() {
            let names = extension
                .value
                .general_names
                .iter()
                .filter_map(general_name);
            shown.subjectaltname = names.collect::<Vec<_>>().join(", ");
        }
    }
    shown
}

/// Whether a certificate names itself as the one that signed it.
pub fn is_self_signed(der: &CertificateDer<'_>) -> bool {
    let read = X509Certificate::from_der(der);
    read.is_ok_and(|(_, certificate)| certificate.subject() == certificate.issuer())
}

pub fn validity(der: &CertificateDer<'_>, now: UnixTime) -> Validity {
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    match X509Certificate::from_der(der) {
        Ok((_, certificate)) if now < certificate.validity().not_before.timestamp() => {
            Validity::NotYet
        }
        Ok((_, certificate)) if now > certificate.validity().not_after.timestamp() => {
            Validity::Expired
        }
        Ok(_) => Validity::Valid,
        Err(_) => Validity::Expired,
    }
}

/// The parts of a name, by their short names. Several of one name are in lines.
fn names(name: &X509Name<'_>) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for attribute in name.iter_attributes() {
        let short = match attribute.attr_type().to_id_string().as_str() {
            "2.5.4.3" => "CN",
            "2.5.4.5" => "serialNumber",
            "2.5.4.6" => "C",
            "2.5.4.7" => "L",
            "2.5.4.8" => "ST",
            "2.5.4.9" => "street",
            "2.5.4.10" => "O",
            "2.5.4.11" => "OU",
            "0.9.2342.19200300.100.1.25" => "DC",
            "1.2.840.113549.1.9.1" => "emailAddress",
            _ => continue,
        };
        let Ok(value) = attribute.as_str() else {
            continue;
        };
        let all = found.entry(short.to_owned()).or_default();
        if !all.is_empty() {
            all.push('\n');
        }
        all.push_str(value);
    }
    found
}

fn general_name(name: &GeneralName<'_>) -> Option<String> {
    Some(match name {
        GeneralName::DNSName(name) => format!("DNS:{}", quoted(name)),
        GeneralName::RFC822Name(name) => format!("email:{}", quoted(name)),
        GeneralName::URI(name) => format!("URI:{}", quoted(name)),
        GeneralName::IPAddress(bytes) => match <[u8; 4]>::try_from(*bytes) {
            Ok(octets) => format!("IP Address:{}", Ipv4Addr::from(octets)),
            Err(_) => {
                let octets = <[u8; 16]>::try_from(*bytes).ok()?;
                // OpenSSL writes all groups.
                let groups = Ipv6Addr::from(octets).segments();
                let groups = groups.map(|group| format!("{group:X}"));
                format!("IP Address:{}", groups.join(":"))
            }
        },
        _ => return None,
    })
}

/// Quotes a name that could be read as several: a comma would begin another one.
fn quoted(name: &str) -> String {
    match name.contains([',', '"', '\\', '\'']) || name.chars().any(char::is_control) {
        true => serde_json::Value::from(name).to_string(),
        false => name.to_owned(),
    }
}

/// `Jan  1 00:00:00 2026 GMT`
fn time(time: ASN1Time) -> String {
    let time = time.to_datetime();
    let month: String = time.month().to_string().chars().take(3).collect();
    let (day, year) = (time.day(), time.year());
    let (hour, minute, second) = time.to_hms();
    format!("{month} {day:>2} {hour:02}:{minute:02}:{second:02} {year} GMT")
}

fn hex(bytes: &[u8], between: &str) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    digits.join(between)
}
