import Foundation
import Testing

@testable import Client

/// Every check of `mlctl doctor`: when it is content, when not, and that it names a cure then.
struct HostChecksTests {
    @Test func theClocksDifferenceIsWhatTheWayCannotExplain() {
        let same = HostChecks.clock(before: 1_000, after: 1_010, there: 1_004)
        #expect(same.verdict == .ok)
        let late = HostChecks.clock(before: 0, after: 100, there: 60_000)
        #expect(late.verdict == .warning)
        #expect(late.cure.contains("chrony"))
        // The answer took ten seconds: three of difference prove nothing.
        #expect(HostChecks.clock(before: 0, after: 10_000, there: 8_000).verdict == .ok)
    }

    /// A worker's host needs no access to the API: that it has none is no problem of it.
    @Test func whatCouldNotBeAskedIsSaidAndIsNoProblem() {
        let unasked = HostChecks.unasked("192.0.2.10", reason: "no token")
        #expect(unasked.verdict == .warning)
        #expect(unasked.found.contains("neither its clock nor the way back"))
        #expect(unasked.cure.contains("--server https://192.0.2.10:7070"))
    }

    @Test func diskAndMemoryAreWeighed() {
        #expect(HostChecks.disk(free: 10 << 30, folder: "/x").verdict == .ok)
        #expect(HostChecks.disk(free: 1 << 30, folder: "/x").verdict == .warning)
        #expect(HostChecks.disk(free: 1 << 20, folder: "/x").verdict == .problem)
        #expect(HostChecks.disk(free: nil, folder: "/x").verdict == .problem)
        let enough = "MemTotal:       8000000 kB\nMemAvailable:   4000000 kB\n"
        #expect(HostChecks.memory(enough).verdict == .ok)
        #expect(HostChecks.memory(enough.replacing("4000000", with: "40000")).verdict == .warning)
        #expect(HostChecks.memory("").verdict == .warning)
    }

    @Test func theProcessorMustHaveVectorUnits() {
        #expect(HostChecks.processor(features: ["avx2", "fma"], cores: 2).verdict == .ok)
        let old = HostChecks.processor(features: ["avx"], cores: 2)
        #expect(old.verdict == .problem)
        #expect(old.found.contains("no avx2"))
    }

    @Test func controlGroupsOfVersionTwoAreWanted() {
        let good = HostChecks.cgroups(
            isUnified: true, isMounted: false, controllers: "cpuset cpu io memory pids\n")
        #expect(good.verdict == .ok)
        let partial = HostChecks.cgroups(isUnified: true, isMounted: false, controllers: "cpu")
        #expect(partial.found.contains("memory, pids"))
        let old = HostChecks.cgroups(isUnified: false, isMounted: true, controllers: "")
        #expect(old.found == "version 1")
    }

    @Test func proxiesThatWouldBeUsedAreNamed() throws {
        let far = try #require(ServerAddress("http://lab:7070"))
        #expect(HostChecks.proxies([:], server: far).verdict == .ok)
        let used = HostChecks.proxies(["http_proxy": "http://p:3128"], server: far)
        #expect(used.verdict == .warning)
        #expect(used.cure.contains("no_proxy=lab"))
        let exempt = ["http_proxy": "http://p:3128", "no_proxy": "lab"]
        #expect(HostChecks.proxies(exempt, server: far).verdict == .ok)
        let near = try #require(ServerAddress("http://127.0.0.1:7070"))
        #expect(HostChecks.proxies(["http_proxy": "http://p:3128"], server: near).verdict == .ok)
        #expect(HostChecks.proxies(["HTTP_PROXY": "::"], server: far).verdict == .problem)
    }

    @Test func kernelsOfOtherBitsAreNamed() {
        let others = [(node: "h1", digest: "aa"), (node: "h2", digest: "bb")]
        let same = HostChecks.fingerprint(
            coreType: "Haswell", digest: "aa", others: [(node: "h1", digest: "aa")])
        #expect(same.verdict == .ok)
        let other = HostChecks.fingerprint(coreType: "Haswell", digest: "aa", others: others)
        #expect(other.verdict == .warning)
        #expect(other.found.contains("h2"))
        let none = HostChecks.fingerprint(coreType: "Haswell", digest: nil, others: [])
        #expect(none.verdict == .problem)
    }

    @Test func portsAreTriedBothWays() {
        #expect(HostChecks.port("control", "a:7071", reason: nil).verdict == .ok)
        let closed = HostChecks.port("control", "a:7071", reason: "Connection refused")
        #expect(closed.verdict == .problem)
        #expect(closed.cure.contains("firewall"))
        #expect(HostChecks.reach(port: 7_072, answer: nil).verdict == .ok)
        #expect(HostChecks.reach(port: 7_072, answer: "no answer").cure.contains("--exchange"))
    }

    @Test func unixSocketsAreAddresses() throws {
        let server = try #require(ServerAddress("unix:/run/mlctl/a b.sock"))
        #expect(server.socketPath == "/run/mlctl/a b.sock")
        #expect(server.url == "http+unix://%2Frun%2Fmlctl%2Fa%20b.sock")
        #expect(server.description == "unix:/run/mlctl/a b.sock")
        #expect(server.isLoopback)
        #expect(ServerAddress("unix:relative") == nil)
    }
}
