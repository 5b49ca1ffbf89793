//! Which of LIBLINEAR's problems `dual` names.

use crate::parameters::{Kind, ParamValue, Parameter};

with_serde! {
    /// LIBLINEAR's dual or primal problem. Their optimum is the same; it has solvers for only one
    /// of them with some losses and penalties.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum SvcDual {
        /// Whichever there is: `"auto"`.
        Auto,
        /// The dual problem: `true`.
        Dual,
        /// The primal problem: `false`.
        Primal,
    }
}

impl Parameter for SvcDual {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Choice(&["auto"]), Kind::Bool]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Bool(true) => Some(Self::Dual),
            ParamValue::Bool(false) => Some(Self::Primal),
            value => (value.as_str()? == "auto").then_some(Self::Auto),
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::Auto => "auto".into(),
            Self::Dual => ParamValue::Bool(true),
            Self::Primal => ParamValue::Bool(false),
        }
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duals_survive_writing_and_reading() {
        for dual in [SvcDual::Auto, SvcDual::Dual, SvcDual::Primal] {
            assert_eq!(SvcDual::read(&dual.write()), Some(dual));
        }
        assert_eq!(SvcDual::read(&ParamValue::Null), None);
        assert_eq!(SvcDual::read(&"true".into()), None);
    }
}
