//! Kernels as expressions: sums, products and powers of scikit-learn's kernels, with the numbers
//! that may be optimised.

use std::fmt;

/// Bounds of a number that a kernel's own text does not give, scikit-learn's.
pub(super) const DEFAULT_BOUNDS: (f64, f64) = (1e-5, 1e5);

/// A kernel that is not made of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KernelFamily {
    /// c.
    Constant,
    /// Noise of a row with itself.
    White,
    /// e^(-s/2), s the squared distance in length scales.
    Rbf,
    /// Of the Matérn class with parameter ν.
    Matern,
    /// (1 + s/(2α))^-α.
    RationalQuadratic,
    /// e^(-2 sin²(πd/p)/l²).
    ExpSineSquared,
    /// σ₀² + a·b.
    DotProduct,
}

impl KernelFamily {
    pub const ALL: [Self; 7] = [
        Self::Constant,
        Self::White,
        Self::Rbf,
        Self::Matern,
        Self::RationalQuadratic,
        Self::ExpSineSquared,
        Self::DotProduct,
    ];

    /// Returns scikit-learn's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Constant => "ConstantKernel",
            Self::White => "WhiteKernel",
            Self::Rbf => "RBF",
            Self::Matern => "Matern",
            Self::RationalQuadratic => "RationalQuadratic",
            Self::ExpSineSquared => "ExpSineSquared",
            Self::DotProduct => "DotProduct",
        }
    }

    /// Returns the names of the constructor's arguments in their order. An argument that ends in
    /// `_bounds` belongs to the one without that ending.
    pub const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Constant => &["constant_value", "constant_value_bounds"],
            Self::White => &["noise_level", "noise_level_bounds"],
            Self::Rbf => &["length_scale", "length_scale_bounds"],
            Self::Matern => &["length_scale", "length_scale_bounds", "nu"],
            Self::RationalQuadratic => &[
                "length_scale",
                "alpha",
                "length_scale_bounds",
                "alpha_bounds",
            ],
            Self::ExpSineSquared => &[
                "length_scale",
                "periodicity",
                "length_scale_bounds",
                "periodicity_bounds",
            ],
            Self::DotProduct => &["sigma_0", "sigma_0_bounds"],
        }
    }

    /// Returns the names of the numbers in the order in which they are optimised, which decides how
    /// random starts are dealt.
    pub const fn numbers(self) -> &'static [&'static str] {
        match self {
            Self::Constant => &["constant_value"],
            Self::White => &["noise_level"],
            Self::Rbf | Self::Matern => &["length_scale"],
            Self::RationalQuadratic => &["alpha", "length_scale"],
            Self::ExpSineSquared => &["length_scale", "periodicity"],
            Self::DotProduct => &["sigma_0"],
        }
    }

    /// Whether the length scale may be a list with one number per feature.
    pub const fn is_anisotropic(self) -> bool {
        matches!(self, Self::Rbf | Self::Matern)
    }

    /// Whether the number may be 0 while it is held fixed.
    pub const fn may_vanish(self) -> bool {
        matches!(self, Self::Constant | Self::White | Self::DotProduct)
    }
}

/// A number of a kernel, or one per feature.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hyperparameter {
    pub values: Vec<f64>,
    pub range: HyperparameterRange,
}

/// Where a number is looked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum HyperparameterRange {
    /// Nowhere: it is held fixed.
    Fixed,
    /// Within a pair of bounds for all values or one pair for each.
    Within(Vec<(f64, f64)>),
}

impl Hyperparameter {
    fn is_free(&self) -> bool {
        self.range != HyperparameterRange::Fixed
    }

    /// Returns the bounds of each value; none of one that is fixed.
    fn bounds(&self) -> Vec<(f64, f64)> {
        match &self.range {
            HyperparameterRange::Fixed => Vec::new(),
            HyperparameterRange::Within(pairs) if pairs.len() == 1 => {
                vec![pairs[0]; self.values.len()]
            }
            HyperparameterRange::Within(pairs) => pairs.clone(),
        }
    }
}

/// A kernel that is not made of others, with its numbers in the order of
/// [`KernelFamily::numbers`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlainKernel {
    pub family: KernelFamily,
    pub numbers: Vec<Hyperparameter>,
    /// ν of a Matérn kernel, which may be infinite.
    pub nu: f64,
}

/// A covariance function.
///
/// Its text is scikit-learn's: `1.0 * RBF(length_scale=1.0) + WhiteKernel(noise_level=0.1)`. Numbers
/// beside a kernel are `ConstantKernel`s; bounds are a pair, a list of pairs or `"fixed"`.
///
/// ```
/// use fashion_bench_estimators::gaussian_process::KernelExpression;
/// let kernel: KernelExpression = "2 * RBF(3.0, 'fixed')".parse()?;
/// let text = r#"ConstantKernel(constant_value=2.0) * RBF(length_scale=3.0, length_scale_bounds="fixed")"#;
/// assert_eq!(kernel.to_string(), text);
/// # Ok::<(), fashion_bench_estimators::gaussian_process::KernelSyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", try_from = "String"))]
pub struct KernelExpression(pub(super) Kernel);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kernel {
    Plain(PlainKernel),
    Sum(Box<Kernel>, Box<Kernel>),
    Product(Box<Kernel>, Box<Kernel>),
    Power(Box<Kernel>, f64),
}

impl Kernel {
    /// Returns the kernels that are not made of others, from left to right.
    pub fn plain(&self) -> Vec<&PlainKernel> {
        match self {
            Self::Plain(kernel) => vec![kernel],
            Self::Sum(a, b) | Self::Product(a, b) => {
                let mut all = a.plain();
                all.extend(b.plain());
                all
            }
            Self::Power(kernel, _) => kernel.plain(),
        }
    }

    fn numbers(&self) -> impl Iterator<Item = &Hyperparameter> {
        self.plain().into_iter().flat_map(|kernel| &kernel.numbers)
    }

    fn free(&self) -> impl Iterator<Item = &Hyperparameter> {
        self.numbers().filter(|number| number.is_free())
    }

    /// Returns the number of values that may be optimised.
    pub fn n_free(&self) -> usize {
        self.free().map(|number| number.values.len()).sum()
    }

    /// Returns the logarithms of the values that may be optimised.
    pub fn theta(&self) -> Vec<f64> {
        let values = self.free().flat_map(|number| &number.values);
        values.map(|value| value.ln()).collect()
    }

    /// Returns the logarithms of their bounds.
    pub fn log_bounds(&self) -> Vec<(f64, f64)> {
        let bounds = self.free().flat_map(Hyperparameter::bounds);
        bounds.map(|(low, high)| (low.ln(), high.ln())).collect()
    }

    /// Returns the names of the values that may be optimised, as scikit-learn's parameters are
    /// called: `k1__length_scale`.
    pub fn free_names(&self) -> Vec<String> {
        let below = |kernel: &Self, prefix: &str| -> Vec<String> {
            let names = kernel.free_names().into_iter();
            names.map(|name| format!("{prefix}__{name}")).collect()
        };
        match self {
            Self::Plain(kernel) => {
                let numbers = kernel.family.numbers().iter().zip(&kernel.numbers);
                let names = numbers.filter(|(_, number)| number.is_free());
                names
                    .flat_map(|(name, number)| match number.values.len() {
                        1 => vec![(*name).to_owned()],
                        n => (0..n).map(|place| format!("{name}_{place}")).collect(),
                    })
                    .collect()
            }
            Self::Sum(a, b) | Self::Product(a, b) => {
                let mut names = below(a, "k1");
                names.extend(below(b, "k2"));
                names
            }
            Self::Power(kernel, _) => below(kernel, "kernel"),
        }
    }

    /// Sets the values that may be optimised from their logarithms.
    pub fn set_theta(&mut self, theta: &[f64]) {
        let rest = self.take_theta(theta);
        debug_assert!(rest.is_empty(), "as many logarithms as free values");
    }

    fn take_theta<'a>(&mut self, theta: &'a [f64]) -> &'a [f64] {
        match self {
            Self::Plain(kernel) => {
                let mut rest = theta;
                for number in kernel.numbers.iter_mut().filter(|number| number.is_free()) {
                    let (own, others) = rest.split_at(number.values.len());
                    for (value, theta) in number.values.iter_mut().zip(own) {
                        *value = theta.exp();
                    }
                    rest = others;
                }
                rest
            }
            Self::Sum(a, b) | Self::Product(a, b) => {
                let rest = a.take_theta(theta);
                b.take_theta(rest)
            }
            Self::Power(kernel, _) => kernel.take_theta(theta),
        }
    }
}

impl From<KernelExpression> for String {
    fn from(kernel: KernelExpression) -> Self {
        kernel.to_string()
    }
}

impl TryFrom<String> for KernelExpression {
    type Error = super::grammar::KernelSyntaxError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for KernelExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(kernel) => kernel.fmt(f),
            Self::Sum(a, b) => match **b {
                Self::Sum(..) => write!(f, "{a} + ({b})"),
                _ => write!(f, "{a} + {b}"),
            },
            Self::Product(a, b) => {
                match **a {
                    Self::Sum(..) => write!(f, "({a})")?,
                    _ => write!(f, "{a}")?,
                }
                match **b {
                    Self::Sum(..) | Self::Product(..) => write!(f, " * ({b})"),
                    _ => write!(f, " * {b}"),
                }
            }
            Self::Power(kernel, exponent) => match **kernel {
                Self::Plain(_) => write!(f, "{kernel} ** {exponent:?}"),
                _ => write!(f, "({kernel}) ** {exponent:?}"),
            },
        }
    }
}

impl fmt::Display for PlainKernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut given: Vec<String> = Vec::new();
        for (name, number) in self.family.numbers().iter().zip(&self.numbers) {
            let value = match number.values.as_slice() {
                [value] => format!("{value:?}"),
                values => format!("{values:?}"),
            };
            given.push(format!("{name}={value}"));
        }
        if self.family == KernelFamily::Matern {
            given.push(format!("nu={:?}", self.nu));
        }
        for (name, number) in self.family.numbers().iter().zip(&self.numbers) {
            match &number.range {
                HyperparameterRange::Fixed => given.push(format!("{name}_bounds=\"fixed\"")),
                HyperparameterRange::Within(pairs) if pairs == &[DEFAULT_BOUNDS] => {}
                HyperparameterRange::Within(pairs) => match pairs.as_slice() {
                    [pair] => given.push(format!("{name}_bounds={pair:?}")),
                    pairs => given.push(format!("{name}_bounds={pairs:?}")),
                },
            }
        }
        write!(f, "{}({})", self.family.name(), given.join(", "))
    }
}
