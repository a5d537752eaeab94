package kubernetes.pod_security.sysctls_test

import data.kubernetes.lib.fixtures_test as fixtures
import data.kubernetes.pod_security.sysctls

pod(sysctls) := fixtures.pod_with({"securityContext": {"sysctls": sysctls}}, {"name": "app"})

test_findings if {
	every case in [
		[[{"name": "kernel.msgmax"}], `kernel.msgmax`],
		[[{"name": "b"}, {"name": "net.ipv4.tcp_syncookies"}, {"name": "a"}], `b, a`],
		[[{}], ``],
		[[null], ``],
		[[{"name": 7}], `7`],
	] {
		[value, detail] := case
		{finding.detail | some finding in sysctls.deny} == {detail} with input as pod(value)
			with data.kpol.pod_security as fixtures.baseline
		sysctls.warn == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_passes if {
	every value in [
		null,
		[],
		"text",
		{},
		[{"name": "kernel.shm_rmid_forced", "value": "1"}],
	] {
		sysctls.deny == set() with input as pod(value) with data.kpol.pod_security as fixtures.baseline
	}
}

test_without_a_standard_nothing_is_found if {
	every case in [[{"name": "kernel.msgmax"}]] {
		sysctls.deny | sysctls.warn == set() with input as pod(case)
	}
}

test_net_ipv4_ip_local_reserved_ports_since_27 if {
	count(sysctls.deny) == 1 with input as pod([{"name": "net.ipv4.ip_local_reserved_ports"}])
		with data.kpol.pod_security as {"level": "baseline", "version": "v1.26"}
	sysctls.deny == set() with input as pod([{"name": "net.ipv4.ip_local_reserved_ports"}])
		with data.kpol.pod_security as {"level": "baseline", "version": "v1.27"}
}

test_net_ipv4_tcp_fin_timeout_since_29 if {
	count(sysctls.deny) == 1 with input as pod([{"name": "net.ipv4.tcp_fin_timeout"}])
		with data.kpol.pod_security as {"level": "baseline", "version": "v1.28"}
	sysctls.deny == set() with input as pod([{"name": "net.ipv4.tcp_fin_timeout"}])
		with data.kpol.pod_security as {"level": "baseline", "version": "v1.29"}
}

test_net_ipv4_tcp_rmem_since_32 if {
	count(sysctls.deny) == 1 with input as pod([{"name": "net.ipv4.tcp_rmem"}])
		with data.kpol.pod_security as {"level": "baseline", "version": "v1.31"}
	sysctls.deny == set() with input as pod([{"name": "net.ipv4.tcp_rmem"}])
		with data.kpol.pod_security as {"level": "baseline", "version": "v1.32"}
}

test_net_ipv4_tcp_notsent_lowat_since_37 if {
	count(sysctls.deny) == 1 with input as pod([{"name": "net.ipv4.tcp_notsent_lowat"}])
		with data.kpol.pod_security as {"level": "baseline", "version": "v1.36"}
	sysctls.deny == set() with input as pod([{"name": "net.ipv4.tcp_notsent_lowat"}])
		with data.kpol.pod_security as {"level": "baseline", "version": "v1.37"}
}

test_without_a_security_context if {
	every fields in [{}, {"securityContext": null}, {"securityContext": "text"}, {"securityContext": {}}] {
		sysctls.deny == set() with input as fixtures.pod_with(fields, {"name": "app"})
			with data.kpol.pod_security as fixtures.baseline
	}
}
