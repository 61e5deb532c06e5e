//! Prices, for a component in JavaScript.

use bindings::exports::acme::till::catalogs::{Guest, GuestCatalog};

mod bindings {
    wit_bindgen::generate!({ path: "../wit", world: "catalog" });
}

struct Prices;

bindings::export!(Prices with_types_in bindings);

struct Catalog(String);

impl Guest for Prices {
    type Catalog = Catalog;
}

impl GuestCatalog for Catalog {
    fn new(currency: String) -> Catalog {
        Catalog(currency)
    }

    fn price(&self, item: String) -> Option<u32> {
        match item.as_str() {
            "tea" => Some(320),
            "bread" => Some(275),
            "jam" => Some(410),
            _ => None,
        }
    }

    fn currency(&self) -> String {
        self.0.clone()
    }
}
