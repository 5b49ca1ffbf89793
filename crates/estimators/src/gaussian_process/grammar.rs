//! From the text of a kernel to its expression. The text is read by a small grammar, a part of
//! Python's; nothing is evaluated but powers, products and sums of numbers.
//!
//! ```text
//! sum     = product { "+" product }
//! product = power { "*" power }
//! power   = atom [ "**" power ]
//! atom    = number | string | name | name "(" arguments ")" | "(" sums ")" | "[" sums "]"
//! ```

use std::str::FromStr;

use super::expression::{
    DEFAULT_BOUNDS, Hyperparameter, HyperparameterRange, Kernel, KernelExpression, KernelFamily,
    PlainKernel,
};

/// How deep parentheses and calls may be nested.
const MAX_DEPTH: usize = 64;

/// What is wrong with the text of a kernel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at character {position}")]
pub struct KernelSyntaxError {
    /// Characters before the fault, plus one.
    pub position: usize,
    /// What is wrong, and what would do.
    pub reason: String,
}

impl FromStr for KernelExpression {
    type Err = KernelSyntaxError;

    fn from_str(text: &str) -> Result<Self, KernelSyntaxError> {
        let mut parser = Parser {
            text: text.chars().collect(),
            at: 0,
            depth: 0,
        };
        let value = parser.sum()?;
        parser.skip_blanks();
        if parser.at < parser.text.len() {
            return Err(parser.fault("nothing more was expected"));
        }
        match value {
            Value::Kernel(kernel) => Ok(Self(kernel)),
            _ => Err(parser.fault("a kernel was expected, such as `1.0 * RBF(1.0)`,")),
        }
    }
}

#[derive(Debug, Clone)]
enum Value {
    Number(f64),
    Text(String),
    List(Vec<Value>),
    Kernel(Kernel),
}

struct Parser {
    text: Vec<char>,
    at: usize,
    depth: usize,
}

type Parsed = Result<Value, KernelSyntaxError>;

impl Parser {
    fn fault(&self, reason: impl Into<String>) -> KernelSyntaxError {
        KernelSyntaxError {
            position: self.at + 1,
            reason: reason.into(),
        }
    }

    fn skip_blanks(&mut self) {
        while self.text.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
    }

    /// Takes `token` if it comes next.
    fn take(&mut self, token: &str) -> bool {
        self.skip_blanks();
        let has_token = token
            .chars()
            .enumerate()
            .all(|(place, c)| self.text.get(self.at + place) == Some(&c));
        if has_token {
            self.at += token.chars().count();
        }
        has_token
    }

    fn next_is(&mut self, token: char) -> bool {
        self.skip_blanks();
        self.text.get(self.at) == Some(&token)
    }

    /// Notes one more level of nesting.
    fn descend(&mut self) -> Result<(), KernelSyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.fault(format!("more than {MAX_DEPTH} levels of nesting")));
        }
        Ok(())
    }

    fn sum(&mut self) -> Parsed {
        self.descend()?;
        let mut value = self.product()?;
        while self.take("+") {
            let right = self.product()?;
            value = self.combine(value, right, |a, b| a + b, Kernel::Sum)?;
        }
        self.depth -= 1;
        Ok(value)
    }

    fn product(&mut self) -> Parsed {
        let mut value = self.power()?;
        loop {
            self.skip_blanks();
            if self.text.get(self.at..self.at + 2) == Some(&['*', '*']) || !self.take("*") {
                return Ok(value);
            }
            let right = self.power()?;
            value = self.combine(value, right, |a, b| a * b, Kernel::Product)?;
        }
    }

    fn power(&mut self) -> Parsed {
        let base = self.atom()?;
        if !self.take("**") {
            return Ok(base);
        }
        self.descend()?;
        let exponent = self.power()?;
        self.depth -= 1;
        let Value::Number(exponent) = exponent else {
            return Err(self.fault("a number was expected as the exponent"));
        };
        match base {
            Value::Number(base) => Ok(Value::Number(base.powf(exponent))),
            Value::Kernel(kernel) => self.raise(kernel, exponent),
            _ => Err(self.fault("only numbers and kernels have powers")),
        }
    }

    fn raise(&self, kernel: Kernel, exponent: f64) -> Parsed {
        if !exponent.is_finite() || exponent < 0.0 {
            return Err(self.fault(format!(
                "an exponent in [0, inf) was expected instead of {exponent:?}"
            )));
        }
        Ok(Value::Kernel(Kernel::Power(Box::new(kernel), exponent)))
    }

    /// Adds or multiplies two values; a number beside a kernel is a `ConstantKernel`.
    fn combine(
        &self,
        left: Value,
        right: Value,
        of_numbers: fn(f64, f64) -> f64,
        of_kernels: fn(Box<Kernel>, Box<Kernel>) -> Kernel,
    ) -> Parsed {
        let (left, right) = match (left, right) {
            (Value::Number(a), Value::Number(b)) => return Ok(Value::Number(of_numbers(a, b))),
            (Value::Kernel(a), Value::Kernel(b)) => (a, b),
            (Value::Kernel(a), Value::Number(b)) => (a, self.constant(b)?),
            (Value::Number(a), Value::Kernel(b)) => (self.constant(a)?, b),
            _ => return Err(self.fault("only numbers and kernels can be added and multiplied")),
        };
        Ok(Value::Kernel(of_kernels(Box::new(left), Box::new(right))))
    }

    fn constant(&self, value: f64) -> Result<Kernel, KernelSyntaxError> {
        let given = vec![(None, Value::Number(value))];
        self.plain(KernelFamily::Constant, given)
    }

    fn atom(&mut self) -> Parsed {
        self.skip_blanks();
        match self.text.get(self.at).copied() {
            None => Err(self.fault("a kernel or a number was expected")),
            Some(quote @ ('"' | '\'')) => self.string(quote),
            Some('(') => {
                self.at += 1;
                let (mut values, has_comma) = self.list(')')?;
                if values.len() == 1 && !has_comma {
                    return Ok(values.remove(0));
                }
                Ok(Value::List(values))
            }
            Some('[') => {
                self.at += 1;
                Ok(Value::List(self.list(']')?.0))
            }
            Some(c) if c.is_ascii_digit() || c == '.' || c == '-' || c == '+' => self.number(),
            Some(c) if c.is_alphabetic() || c == '_' => self.name(),
            Some(c) => Err(self.fault(format!("a kernel or a number was expected, not `{c}`,"))),
        }
    }

    /// Reads values up to `end`, and whether there was a comma.
    fn list(&mut self, end: char) -> Result<(Vec<Value>, bool), KernelSyntaxError> {
        let (mut values, mut has_comma) = (Vec::new(), false);
        while !self.next_is(end) {
            values.push(self.sum()?);
            if !self.take(",") {
                break;
            }
            has_comma = true;
        }
        if !self.take(&end.to_string()) {
            return Err(self.fault(format!("`{end}` was expected")));
        }
        Ok((values, has_comma))
    }

    fn string(&mut self, quote: char) -> Parsed {
        let start = self.at + 1;
        let length = self.text[start..].iter().position(|c| *c == quote);
        let Some(length) = length else {
            return Err(self.fault("a string without an end"));
        };
        self.at = start + length + 1;
        Ok(Value::Text(
            self.text[start..start + length].iter().collect(),
        ))
    }

    fn number(&mut self) -> Parsed {
        let start = self.at;
        while let Some(c) = self.text.get(self.at) {
            let is_sign = matches!(c, '+' | '-')
                && (self.at == start || matches!(self.text[self.at - 1], 'e' | 'E'));
            if !is_sign && !c.is_ascii_digit() && !matches!(c, '.' | 'e' | 'E' | '_') {
                break;
            }
            self.at += 1;
        }
        let text: String = self.text[start..self.at].iter().collect();
        let number = text.replace('_', "").parse::<f64>();
        match number {
            Ok(number) => Ok(Value::Number(number)),
            Err(_) => {
                self.at = start;
                Err(self.fault(format!("`{text}` is no number")))
            }
        }
    }

    fn identifier(&mut self) -> String {
        let start = self.at;
        while let Some(c) = self.text.get(self.at) {
            if !c.is_alphanumeric() && *c != '_' && *c != '.' {
                break;
            }
            self.at += 1;
        }
        self.text[start..self.at].iter().collect()
    }

    fn name(&mut self) -> Parsed {
        let start = self.at;
        let name = self.identifier();
        if matches!(name.as_str(), "inf" | "np.inf" | "numpy.inf" | "math.inf") {
            return Ok(Value::Number(f64::INFINITY));
        }
        if let Some(family) = KernelFamily::ALL.into_iter().find(|f| f.name() == name) {
            let given = self.arguments(&name)?;
            return self.plain(family, given).map(Value::Kernel);
        }
        match name.as_str() {
            "Sum" | "Product" => {
                let (left, right) = self.two(&name, ["k1", "k2"])?;
                let make = if name == "Sum" {
                    Kernel::Sum
                } else {
                    Kernel::Product
                };
                match (left, right) {
                    (Value::Kernel(a), Value::Kernel(b)) => {
                        Ok(Value::Kernel(make(Box::new(a), Box::new(b))))
                    }
                    _ => Err(self.fault(format!("two kernels were expected in {name}(…)"))),
                }
            }
            "Exponentiation" => match self.two(&name, ["kernel", "exponent"])? {
                (Value::Kernel(kernel), Value::Number(exponent)) => self.raise(kernel, exponent),
                _ => Err(self.fault("a kernel and a number were expected in Exponentiation(…)")),
            },
            _ => {
                self.at = start;
                Err(self.fault(unknown(&name)))
            }
        }
    }

    /// Reads the two arguments of a call.
    fn two(&mut self, call: &str, names: [&str; 2]) -> Result<(Value, Value), KernelSyntaxError> {
        let given = self.arguments(call)?;
        let mut values = self.by_name(call, &names, given)?;
        match (values.remove(0), values.remove(0)) {
            (Some(first), Some(second)) => Ok((first, second)),
            _ => Err(self.fault(format!("{call}(…) takes {} and {}", names[0], names[1]))),
        }
    }

    /// Reads `(value, name=value, …)`.
    fn arguments(&mut self, call: &str) -> Result<Vec<(Option<String>, Value)>, KernelSyntaxError> {
        if !self.take("(") {
            return Err(self.fault(format!("`(` was expected after {call}")));
        }
        let mut given = Vec::new();
        while !self.next_is(')') {
            let start = self.at;
            let name = self.identifier();
            let is_named = !name.is_empty() && self.take("=");
            if !is_named {
                self.at = start;
            }
            let value = self.sum()?;
            given.push((is_named.then_some(name), value));
            if !self.take(",") {
                break;
            }
        }
        if !self.take(")") {
            return Err(self.fault(format!("`)` was expected after the arguments of {call}")));
        }
        Ok(given)
    }

    /// Sorts arguments by the names of a call's parameters.
    fn by_name(
        &self,
        call: &str,
        names: &[&str],
        given: Vec<(Option<String>, Value)>,
    ) -> Result<Vec<Option<Value>>, KernelSyntaxError> {
        let mut values: Vec<Option<Value>> = vec![None; names.len()];
        for (place, (name, value)) in given.into_iter().enumerate() {
            let place = match &name {
                None => Some(place),
                Some(name) => names.iter().position(|known| known == name),
            };
            let Some(slot) = place.and_then(|place| values.get_mut(place)) else {
                let what = name.map_or("so many arguments".to_owned(), |name| format!("`{name}`"));
                let known = names.join(", ");
                return Err(self.fault(format!("{call} does not take {what} but {known}")));
            };
            if slot.replace(value).is_some() {
                return Err(self.fault(format!("an argument of {call} is given twice")));
            }
        }
        Ok(values)
    }

    /// Makes a kernel of its arguments.
    fn plain(
        &self,
        family: KernelFamily,
        given: Vec<(Option<String>, Value)>,
    ) -> Result<Kernel, KernelSyntaxError> {
        let names = family.arguments();
        let values = self.by_name(family.name(), names, given)?;
        let argument = |name: &str| {
            let place = names.iter().position(|known| *known == name)?;
            values[place].clone()
        };
        let refuse = |name: &str, wanted: &str| {
            self.fault(format!("the {name} of {} must be {wanted}", family.name()))
        };
        let mut numbers = Vec::new();
        for name in family.numbers() {
            let bounds = format!("{name}_bounds");
            let is_list = family.is_anisotropic();
            let values = values_of(argument(name), is_list).ok_or_else(|| {
                let list = if is_list { " or a list of numbers" } else { "" };
                refuse(name, &format!("a number{list}"))
            })?;
            let range = range_of(argument(&bounds), values.len()).ok_or_else(|| {
                refuse(
                    &bounds,
                    "\"fixed\" or a pair of numbers 0 ≤ low ≤ high, low finite",
                )
            })?;
            let floor_is_in = family.may_vanish() && range == HyperparameterRange::Fixed;
            let is_fine = |v: &f64| v.is_finite() && (*v > 0.0 || (floor_is_in && *v == 0.0));
            if !values.iter().all(is_fine) {
                return Err(refuse(
                    name,
                    "in (0, inf), or 0 where that is no scale and fixed",
                ));
            }
            numbers.push(Hyperparameter { values, range });
        }
        let nu = match argument("nu") {
            None => 1.5,
            Some(Value::Number(nu)) if [0.5, 1.5, 2.5, f64::INFINITY].contains(&nu) => nu,
            Some(_) => {
                return Err(refuse(
                    "nu",
                    "0.5, 1.5, 2.5 or inf; others are not supported",
                ));
            }
        };
        Ok(Kernel::Plain(PlainKernel {
            family,
            numbers,
            nu,
        }))
    }
}

/// Returns what to say of an unknown name.
fn unknown(name: &str) -> String {
    match name {
        "CompoundKernel" => "the kernel cannot be a CompoundKernel".to_owned(),
        "PairwiseKernel" => "PairwiseKernel is not supported".to_owned(),
        _ => {
            let known: Vec<_> = KernelFamily::ALL.iter().map(|f| f.name()).collect();
            format!(
                "unknown name `{name}`, there are {}, Sum, Product and Exponentiation,",
                known.join(", ")
            )
        }
    }
}

/// Returns the values of a number; the default is 1.
fn values_of(given: Option<Value>, is_list: bool) -> Option<Vec<f64>> {
    match given {
        None => Some(vec![1.0]),
        Some(Value::Number(number)) => Some(vec![number]),
        Some(Value::List(list)) if is_list && !list.is_empty() => list
            .into_iter()
            .map(|value| match value {
                Value::Number(number) => Some(number),
                _ => None,
            })
            .collect(),
        Some(_) => None,
    }
}

/// Returns the range of `n_values` values.
fn range_of(given: Option<Value>, n_values: usize) -> Option<HyperparameterRange> {
    let list = match given {
        None => return Some(HyperparameterRange::Within(vec![DEFAULT_BOUNDS])),
        Some(Value::Text(text)) => {
            return (text == "fixed").then_some(HyperparameterRange::Fixed);
        }
        Some(Value::List(list)) => list,
        Some(_) => return None,
    };
    let pairs = match pair_of(&list) {
        Some(pair) => vec![pair],
        None => {
            let pair = |value: &Value| match value {
                Value::List(pair) => pair_of(pair),
                _ => None,
            };
            list.iter().map(pair).collect::<Option<Vec<_>>>()?
        }
    };
    (pairs.len() == 1 || pairs.len() == n_values).then_some(HyperparameterRange::Within(pairs))
}

fn pair_of(list: &[Value]) -> Option<(f64, f64)> {
    match list {
        [Value::Number(low), Value::Number(high)] => {
            (*low >= 0.0 && low.is_finite() && low <= high && *high > 0.0).then_some((*low, *high))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        text.parse::<KernelExpression>().unwrap().to_string()
    }

    #[test]
    fn texts_of_one_kernel_have_one_form_which_reads_back() {
        for (text, form) in [
            ("RBF()", "RBF(length_scale=1.0)"),
            ("(RBF(1,))", "RBF(length_scale=1.0)"),
            (
                " 2**2*Matern( nu=np.inf ) ",
                "ConstantKernel(constant_value=4.0) * Matern(length_scale=1.0, nu=inf)",
            ),
            (
                "1.0 * RBF([1, 2.5], [(1e-3, 10), (.5, inf)]) + WhiteKernel(noise_level=1e-1)",
                "ConstantKernel(constant_value=1.0) * RBF(length_scale=[1.0, 2.5], \
                 length_scale_bounds=[(0.001, 10.0), (0.5, inf)]) + WhiteKernel(noise_level=0.1)",
            ),
            (
                "Product(Sum(RBF(2.0, 'fixed'), DotProduct(0, \"fixed\")), RBF())",
                "(RBF(length_scale=2.0, length_scale_bounds=\"fixed\") + DotProduct(sigma_0=0.0, \
                 sigma_0_bounds=\"fixed\")) * RBF(length_scale=1.0)",
            ),
            (
                "RationalQuadratic(1.0, 0.5)**2 * (RBF() * RBF())",
                "RationalQuadratic(alpha=0.5, length_scale=1.0) ** 2.0 * (RBF(length_scale=1.0) * \
                 RBF(length_scale=1.0))",
            ),
            (
                "Exponentiation(RBF() + 2, exponent=3) + ExpSineSquared(periodicity=3)",
                "(RBF(length_scale=1.0) + ConstantKernel(constant_value=2.0)) ** 3.0 + \
                 ExpSineSquared(length_scale=1.0, periodicity=3.0)",
            ),
            (
                "RBF() + (RBF() + RBF(3))",
                "RBF(length_scale=1.0) + (RBF(length_scale=1.0) + RBF(length_scale=3.0))",
            ),
        ] {
            assert_eq!(shown(text), form);
            assert_eq!(shown(form), form);
        }
    }

    #[test]
    fn faults_are_named_with_their_place() {
        for (text, fault) in [
            ("", "a kernel or a number was expected at character 1"),
            (
                "1.0",
                "a kernel was expected, such as `1.0 * RBF(1.0)`, at character 4",
            ),
            (
                "1.0 * Rbf()",
                "unknown name `Rbf`, there are ConstantKernel",
            ),
            (
                "RBF(1.0",
                "`)` was expected after the arguments of RBF at character 8",
            ),
            (
                "RBF(scale=1.0)",
                "RBF does not take `scale` but length_scale, length_scale_bounds",
            ),
            ("RBF(1, 2, 3)", "RBF does not take so many arguments"),
            (
                "RBF(1, length_scale=2)",
                "an argument of RBF is given twice",
            ),
            ("RBF(0)", "the length_scale of RBF must be in (0, inf)"),
            ("RBF(-1)", "the length_scale of RBF must be in (0, inf)"),
            (
                "-1.0 * RBF()",
                "the constant_value of ConstantKernel must be in (0, inf)",
            ),
            (
                "RBF(1, (2, 1))",
                "the length_scale_bounds of RBF must be \"fixed\" or a pair",
            ),
            (
                "RBF([1, 2, 3], [(1, 2), (1, 2)])",
                "the length_scale_bounds of RBF",
            ),
            (
                "RationalQuadratic([1, 2])",
                "the length_scale of RationalQuadratic must be a number at",
            ),
            (
                "Matern(nu=1.7)",
                "the nu of Matern must be 0.5, 1.5, 2.5 or inf",
            ),
            ("RBF() RBF()", "nothing more was expected at character 7"),
            ("RBF() ** -1", "an exponent in [0, inf) was expected"),
            ("RBF() - RBF()", "nothing more was expected"),
            (
                "CompoundKernel([RBF()])",
                "the kernel cannot be a CompoundKernel",
            ),
            ("1..2 * RBF()", "`1..2` is no number at character 1"),
            ("__import__('os')", "unknown name `__import__`"),
        ] {
            let error = text.parse::<KernelExpression>().unwrap_err().to_string();
            assert!(error.starts_with(fault), "{text}: {error}");
        }
        let deep = format!("{}RBF(){}", "(".repeat(100_000), ")".repeat(100_000));
        let error = deep.parse::<KernelExpression>().unwrap_err().to_string();
        assert!(error.starts_with("more than 64 levels"), "{error}");
    }
}
