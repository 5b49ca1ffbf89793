//! Locks within this program that outlive a panic on another thread.

use std::sync::{LockResult, Mutex, MutexGuard, PoisonError};

/// Locks `mutex`, poisoned or not.
///
/// A thread that panicked while it held the lock is a failed job and no reason for the others to
/// stop, so they go on with the value as that thread left it.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    unpoisoned(mutex.lock())
}

/// Returns what a lock holds, poisoned or not, as [`lock`] does.
pub(crate) fn unpoisoned<T>(result: LockResult<T>) -> T {
    result.unwrap_or_else(PoisonError::into_inner)
}
