import Testing

/// A want that a person has to bring to a host: another host may have it, but when all have refused
/// the job for it nothing is tried for nothing.
struct RefusedEverywhereTests {
    private func cluster(of nodes: [String]) -> ScenarioWorld {
        var world = ScenarioWorld()
        for node in nodes { _ = world.run("register \(node) cpu=1") }
        _ = world.run("submit work ranks=1")
        return world
    }

    /// The node refuses the job's secret; what follows.
    private func refuse(_ node: String, in world: inout ScenarioWorld) -> [String] {
        let said = world.run("command \(node) work-1:ended:fault=secret")
        _ = world.run("drop \(node) work-1")
        return said
    }

    @Test func theNextHostIsTriedAndTheCauseIsExplained() {
        var world = cluster(of: ["h1", "h2"])
        let first = refuse("h1", in: &world)
        #expect(first.contains { $0.hasPrefix("fact Requeued work-1") }, "\(first)")
        let explained = world.run("explain work-1").joined(separator: "\n")
        #expect(
            explained.contains("a try failed (SecretMissing: the secret hf is not there on h1)"),
            "\(explained)")
        let next = world.run("advance 1500ms beat=h1,h2")
        #expect(next.contains { $0.contains("try 2 on h2") }, "\(next)")
    }

    @Test func afterTheLastHostTheJobFailsWithTheCause() {
        var world = cluster(of: ["h1", "h2"])
        _ = refuse("h1", in: &world)
        _ = world.run("advance 1500ms beat=h1,h2")
        let last = refuse("h2", in: &world)
        #expect(
            last.contains {
                $0.hasPrefix("fact Failed work-1 (SecretMissing: the secret hf is not there on h2")
            }, "\(last)")
    }

    @Test func aHostThatIsAwayMayHaveIt() {
        var world = cluster(of: ["h1", "h2", "h3"])
        _ = refuse("h1", in: &world)
        _ = world.run("advance 1500ms beat=h1,h2,h3")
        let second = refuse("h2", in: &world)
        #expect(second.contains { $0.hasPrefix("fact Requeued work-1") }, "\(second)")
    }
}
