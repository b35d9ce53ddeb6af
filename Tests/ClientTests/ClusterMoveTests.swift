import Testing

@testable import Client

/// A restored scheduler at another address: what of its cluster.yaml changes, and what it says.
struct ClusterMoveTests {
    private let text = """
        apiVersion: mlctl.dev/v1
        kind: Cluster
        scheduler:
          advertise: "192.0.2.10"   # how others reach it
          http: "192.0.2.10:7070"   # people
          control: "0.0.0.0:7071"
          artifacts: 192.0.2.10:7069
        """

    @Test func everyEndpointOfTheOldAddressMoves() throws {
        let moved = try ClusterMove(of: text, to: "192.0.2.20")
        #expect(!moved.text.contains("192.0.2.10"))
        #expect(moved.text.contains("http: \"192.0.2.20:7070\"   # people"))
        #expect(moved.text.contains("artifacts: \"192.0.2.20:7069\""))
        #expect(moved.text.contains("control: \"0.0.0.0:7071\""))
        #expect(moved.notes.isEmpty)
        let sixth = try ClusterMove(of: text, to: "2001:db8::20")
        #expect(sixth.text.contains("http: \"[2001:db8::20]:7070\""))
    }

    @Test func whatNamesAnotherAddressIsSaid() throws {
        let other = text.replacing("192.0.2.10:7070", with: "198.51.100.1:7070")
        let moved = try ClusterMove(of: other, to: "192.0.2.20")
        #expect(moved.text.contains("198.51.100.1:7070"))
        #expect(moved.notes.count == 1 && moved.notes[0].contains("http: 198.51.100.1:7070"))
    }

    @Test func withoutALineForItTheLineIsNamed() {
        let bare = text.replacing("  advertise: \"192.0.2.10\"   # how others reach it\n", with: "")
        #expect(throws: ClientFailure.self) { try ClusterMove(of: bare, to: "192.0.2.20") }
    }
}
