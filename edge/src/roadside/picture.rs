//! Evidence pictures and clips, by the SHA-256 that names them.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use plumewatch_shared::ids::FileHash;
use tokio::io::AsyncReadExt;

use super::Page;

/// No file of ours is larger: a 1080p JPEG is under 1 MiB, a clip under 1.5 MB. One that grew past this is not sent.
const LARGEST: u64 = 8 << 20;

/// The picture; 404 for a text that is no hash, a file that is gone, and a file that is neither picture nor clip.
pub(super) async fn evidence(State(page): State<Page>, Path(name): Path<String>) -> Response {
    match read(&page, &name).await {
        Some((kind, bytes)) => {
            // The name is the content's hash: it never changes. Private, for it shows a plate.
            let cache = "private, max-age=86400, immutable";
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache)], bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn read(page: &Page, name: &str) -> Option<(&'static str, Vec<u8>)> {
    // Sixty-four hex digits or nothing: what is looked up on the disk is never a text from outside.
    let path = page.roadside.board.evidence_file(name.parse::<FileHash>().ok()?)?;
    let file = tokio::fs::File::open(path).await.ok()?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).await.ok()?;
    let whole = u64::try_from(bytes.len()).is_ok_and(|length| length <= LARGEST);
    let kind = kind_of(&bytes)?;
    whole.then_some((kind, bytes))
}

/// A file's media type by its first bytes.
fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        Some("image/jpeg")
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.get(4..8) == Some(b"ftyp") {
        Some("video/mp4")
    } else {
        None
    }
}
