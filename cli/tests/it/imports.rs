//! Indexes of other engines.

use std::path::Path;

use crate::TestResult;
use crate::program::{Place, model};

#[test]
fn an_index_of_ragatouille_becomes_a_collection() -> TestResult {
    let place = Place::new()?;
    let index = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/import/ragatouille");
    let index = index.to_string_lossy();
    place.run(["import", "-m", &model(), "no-such-index"])?.check_error(3, "no-such-index");
    place.run(["info"])?.check_error(3, "there is no collection");
    let summary =
        place.run(["import", "-m", &model(), &index, "--json"])?.check(0).values()?.remove(0);
    assert_eq!((&summary["documents"], &summary["passages"]), (&7.into(), &11.into()));
    place.run(["verify"])?.check(0);
    assert_eq!(place.run(["search", "山", "-k", "3", "--json"])?.check(0).values()?.len(), 3);
    place.run(["import", "-m", &model(), &index])?.check_error(3, "holds a collection already");
    Ok(())
}
