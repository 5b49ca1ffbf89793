//! Panics as text: message and place.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, Once};

use crate::results::mutex::lock;

/// Panics that were not caught by [`catch`] yet: message and place.
static PLACES: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// Kept of [`PLACES`]: one panic may be raised on many threads of a pool, and only one is passed on.
const MAX_PLACES: usize = 64;

/// Does `work`; a panic in it, on this thread or on a rayon thread it waits for, becomes text.
///
/// # Errors
/// `panicked at file:line:column: message`.
pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let inner = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if let Some(location) = info.location() {
                let mut places = lock(&PLACES);
                if places.len() >= MAX_PLACES {
                    places.remove(0);
                }
                places.push((message_of(info.payload()), location.to_string()));
            }
            inner(info);
        }));
    });
    // Nothing of a job is used after its panic.
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let message = message_of(payload.as_ref());
        let mut places = lock(&PLACES);
        let found = places.iter().rposition(|(text, _)| *text == message);
        match found.map(|idx| places.remove(idx).1) {
            Some(place) => format!("panicked at {place}: {message}"),
            None => format!("panicked: {message}"),
        }
    })
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("with a value that is no text")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message_and_place() {
        let text = catch(|| panic!("a mistake of number {}", 7)).unwrap_err();
        assert!(text.starts_with("panicked at src"), "{text}");
        assert!(text.contains("panics.rs:"), "{text}");
        assert!(text.ends_with(": a mistake of number 7"), "{text}");
    }

    #[test]
    fn a_panic_on_a_pool_thread_is_caught_with_its_place() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
        let text = catch(|| pool.unwrap().install(|| panic!("deep down"))).unwrap_err();
        assert!(text.contains("panics.rs:"), "{text}");
        assert!(text.ends_with(": deep down"), "{text}");
    }

    #[test]
    fn without_a_panic_the_result_comes_back() {
        assert_eq!(catch(|| 5), Ok(5));
    }
}
