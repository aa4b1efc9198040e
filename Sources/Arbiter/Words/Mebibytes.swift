internal import Balloon

/// How far a balloon has come, for people: what it lacks, where both numbers would look the same.
func mebibytes(_ held: Pages, of wanted: Pages) -> String {
    let (has, all) = (mebibytes(held), mebibytes(wanted))
    return has == all ? "\(mebibytes((wanted - held).orNone)) less than \(all)" : "\(has) of \(all)"
}

/// A number of pages for people.
func mebibytes(_ pages: Pages) -> String {
    let one = Pages.mebibytes(1)
    return pages > 0 && pages < one ? "\(4 * pages.count) KiB" : "\(pages / one) MiB"
}
