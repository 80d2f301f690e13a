from django.urls import path

from tenants.people.console import rights, rollout, teams, views

app_name = "people"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("language/", views.language, name="language"),
    path("password/", views.password, name="password"),
    path("teams/", teams.tree, name="teams"),
    path("teams/move/", teams.move, name="team_move"),
    path("teams/new/", teams.new_team, name="team_new"),
    path("teams/<int:team_id>/", teams.team_page, name="team"),
    path("teams/<int:team_id>/people/", teams.people, name="team_people"),
    path("teams/<int:team_id>/remove/", teams.remove, name="team_remove"),
    path("people/me/", rights.own_page, name="own_rights"),
    path("people/<int:member_id>/", rights.person_page, name="person"),
    path("rights/", rights.rights, name="rights"),
    path("rollout/", rollout.plan, name="rollout"),
    path("rollout/<int:step_id>/done/", rollout.done, name="rollout_done"),
    path("rollout/<int:step_id>/<str:act>/", rollout.decide, name="rollout_decide"),
    path("invitation/<str:who>/<str:token>/", views.invitation, name="invitation"),
]
