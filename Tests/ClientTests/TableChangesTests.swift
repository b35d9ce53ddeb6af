import Client
import Testing

/// A watched list shows what changed, and nothing because time passed.
struct TableChangesTests {
    private let first = """
        NAME      STATE    AGE  SHA256
        digits-1  Running   3s
        demo-1    Pending  12m

        """

    @Test func onlyChangedLinesAreShown() {
        var changes = TableChanges()
        #expect(changes.take(first).count == 3)
        #expect(changes.take(first).isEmpty)
        let older = first.replacing(" 3s", with: "14s").replacing("12m", with: "13m")
        #expect(changes.take(older).isEmpty)
        let ended = older.replacing("Running", with: "Failed ")
        #expect(changes.take(ended).count == 1)
        #expect(changes.take(ended + "new-1     Pending   0s\n") == ["new-1     Pending   0s"])
    }

    @Test func namesAreShownOnce() {
        var changes = TableChanges()
        #expect(changes.take("a-1\nb-1\n") == ["a-1", "b-1"])
        #expect(changes.take("a-1\nb-1\nc-1\n") == ["c-1"])
        #expect(changes.take("").isEmpty)
    }
}
